import { parseDuration } from '../config/schema/duration.ts'
import { StoreError } from '../store/store-error.ts'

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
