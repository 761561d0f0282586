import { parseDuration } from '../config/schema/duration.ts'
import { endForms, parseEnd } from '../config/schema/end-time.ts'
import { StoreError } from '../store/store-error.ts'

/** When a time such as `30d` that begins now is over. */
export function endAfter(text: string): Date {
  const span = parseDuration(text)
  if (span === null || span === 0 || span > 3660 * 86_400_000)
    throw new StoreError('write the time as 30d or 12h, at most ten years')
  return new Date(Date.now() + span)
}

/** The end that is written as a time from now, a day or an exact time. */
export function endAt(text: string): Date {
  const end = parseEnd(text, Date.now())
  if (end === null) throw new StoreError(`write when it ends as ${endForms}`)
  return end
}
