import { z } from 'zod';

/** Shapes of the values in the shared store. A reader parses with these and ignores what does not fit. */

export const availabilityEntry = z.object({
  state: z.enum(['up', 'down', 'degraded', 'unknown']),
  reason: z.string().nullable(),
  latency_ms: z.number().nullable(),
  weight: z.number().min(0),
  /** Epoch ms. */
  checked_at: z.number(),
  /** Epoch ms; a stale entry counts as unknown. */
  expires_at: z.number(),
});
export type AvailabilityEntry = z.infer<typeof availabilityEntry>;

export const availabilityMessage = z.object({ id: z.string(), entry: availabilityEntry });
export const breakerMessage = z.object({ id: z.string(), model: z.string().nullable(), untilMs: z.number() });
export const tokensMessage = z.object({ pool: z.string() });

/** Parses JSON against a schema; null when either does not fit. */
export function readRecord<T>(schema: z.ZodType<T>, text: string | undefined | null): T | null {
  if (text == null) return null;
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
