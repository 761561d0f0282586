import { z } from 'zod'
import { parseDuration } from '../config/schema/duration.ts'
import { endForms, parseEnd } from '../config/schema/end-time.ts'

/** A typing mistake must not make something last for ever (ten years). */
const longest = 3660 * 86_400_000

/** How long something lasts, as `30d` or `12h`. Output in milliseconds; at most ten years. */
export const timeSpan: z.ZodType<number, unknown> = read(
  'write `30d` or `12h`, at most ten years',
  (text) => {
    const span = typeof text === 'string' ? parseDuration(text) : null
    return span !== null && span > 0 && span <= longest ? span : null
  },
)

/** When something ends, as at the command line: `90d`, `2027-01-31` or `2027-01-31T12:00:00Z`. */
export const endTime: z.ZodType<Date, unknown> = read(`write ${endForms}, in quotes`, (text) =>
  typeof text === 'string' ? parseEnd(text, Date.now()) : null,
)

/** How long something counts yet, as `24h`; `0` for not at all. Output in milliseconds. */
export const overlapSpan: z.ZodType<number, unknown> = read('write `24h`, or `0` for none', (text) => {
  if (text === 0 || text === '0') return 0
  return typeof text === 'string' ? parseDuration(text) : null
})

/** When a time that begins now is over. */
export function endOf(span: number | undefined): Date | undefined {
  return span === undefined ? undefined : new Date(Date.now() + span)
}

/** Whatever was sent instead, the message says what to write: a number without a unit is the usual mistake. */
function read<T>(remedy: string, parse: (value: unknown) => T | null): z.ZodType<T, unknown> {
  return z.unknown().transform((value, context): T => {
    const parsed = parse(value)
    if (parsed !== null) return parsed
    context.issues.push({ code: 'custom', message: remedy, input: value })
    return z.NEVER
  })
}
