import type { FieldRule } from '../ledger.ts';

export const tell = (note = ''): FieldRule => ({ rule: 'tell', note });
export const emulate = (note: string): FieldRule => ({ rule: 'emulate', note });
/** `unless`: values that ask for nothing. */
export const drop = (note: string, unless: readonly unknown[] = []): FieldRule => ({
  rule: 'drop',
  note,
  unless,
});
export const refuse = (note: string, unless: readonly unknown[] = []): FieldRule => ({
  rule: 'refuse',
  note,
  unless,
});
