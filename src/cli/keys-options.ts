import { parseDuration } from '../config/schema/duration.ts'
import { StoreError } from '../store/store-error.ts'

const dateForm = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2}))?$/

/** When a key ends: a time from now (`90d`), a day (its first moment in UTC), or an exact time with its zone. */
export function parseExpiry(text: string, now: number): Date {
  const duration = parseDuration(text)
  if (duration !== null) return new Date(now + duration)
  const date = dateForm.test(text) ? new Date(text) : undefined
  // 31 February is the third of March to `Date`.
  if (date === undefined || Number.isNaN(date.getTime()) || !isDay(text.slice(0, 10)))
    throw new StoreError('write when the key ends as 90d, 2027-01-31 or 2027-01-31T12:00:00Z')
  return date
}

/** Milliseconds of an overlap: `24h`, or `0`. */
export function parseOverlap(text: string): number {
  const duration = text === '0' ? 0 : parseDuration(text)
  if (duration === null) throw new StoreError('write the overlap as 24h, or 0 for none')
  return duration
}

/** Labels of `name=value`. */
export function parseLabels(texts: readonly string[]): Readonly<Record<string, string>> {
  const labels: Record<string, string> = Object.create(null) as Record<string, string>
  for (const text of texts) {
    const [name, value] = parseLabel(text)
    if (name in labels) throw new StoreError(`label ${name} is written twice`)
    labels[name] = value
  }
  return labels
}

/** Name and value of one label. */
export function parseLabel(text: string): readonly [name: string, value: string] {
  const equals = text.indexOf('=')
  if (equals < 1) throw new StoreError('write a label as name=value')
  return [text.slice(0, equals), text.slice(equals + 1)]
}

function isDay(day: string): boolean {
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)
}
