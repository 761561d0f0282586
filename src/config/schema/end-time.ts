import { parseDuration } from './duration.ts'

/** What `parseEnd` reads, for messages. */
export const endForms = '`90d`, `2027-01-31` or `2027-01-31T12:00:00Z`'

const dateForm = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/

/**
 * When something ends: a time from now (`90d`), a day (its first moment in UTC), or an exact time with its zone. Null
 * where it has none of these forms.
 */
export function parseEnd(text: string, now: number): Date | null {
  const span = parseDuration(text)
  const end = span !== null ? new Date(now + span) : isDate(text) ? new Date(text) : null
  // `999999999d` is beyond what `Date` holds.
  return end === null || Number.isNaN(end.getTime()) ? null : end
}

function isDate(text: string): boolean {
  if (!dateForm.test(text)) return false
  const day = text.slice(0, 10)
  const start = new Date(`${day}T00:00:00Z`)
  // 31 February is the third of March to `Date`.
  return !Number.isNaN(start.getTime()) && start.toISOString().startsWith(day)
}
