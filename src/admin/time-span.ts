import { z } from 'zod'
import { parseDuration } from '../config/schema/duration.ts'

/** How long something lasts, as `30d` or `12h`. Output in milliseconds; at most ten years. */
export const timeSpan: z.ZodType<number, string> = z.string().transform((text, context) => {
  const parsed = parseDuration(text)
  if (parsed !== null && parsed > 0 && parsed <= 3660 * 86_400_000) return parsed
  context.issues.push({ code: 'custom', message: 'write a time such as 30d or 12h', input: text })
  return z.NEVER
})

/** When a time that begins now is over. */
export function endOf(span: number | undefined): Date | undefined {
  return span === undefined ? undefined : new Date(Date.now() + span)
}
