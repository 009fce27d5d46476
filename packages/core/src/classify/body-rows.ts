import type { BodyFault } from '../verdict.ts';
import type { NetworkKey } from './network-rows.ts';
import type { ProviderKey } from './provider-rows.ts';
import type { StreamKey } from './stream-rows.ts';

/** Why a 200 is no success -> the row. */
export const BODY_ROWS = {
  empty_body: 'P22',
  no_choices: 'P22',
  empty_content: 'P24',
  reasoning_only: 'P26',
  finish_error: 'P28',
  html: 'P20',
  not_json: 'N11',
  truncated: 'N12',
  malformed_events: 'S09',
  line_too_long: 'S08',
  restarted: 'P28/restarted',
} as const satisfies Record<BodyFault, ProviderKey | NetworkKey | StreamKey>;
