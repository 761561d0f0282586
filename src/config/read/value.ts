import { type References, UnresolvedReference } from './references.ts'

/** A value that was read. */
export interface Value {
  readonly value: unknown
  /** It came, wholly or in part, from a reference. */
  readonly referenced: boolean
  /** A reference in it was not resolved. */
  readonly broken: boolean
}

/** A value without references. */
export function plain(value: unknown): Value {
  return { value, referenced: false, broken: false }
}

/** Text with its references resolved; what cannot be resolved is told to `refuse`, and stays as written. */
export function resolved(
  text: string,
  folder: string,
  references: References,
  refuse: (message: string, remedy: string) => void,
): Value {
  if (!text.includes('$')) return plain(text)
  try {
    const { text: value, referenced } = references.resolve(text, folder)
    return { value, referenced, broken: false }
  } catch (error) {
    if (!(error instanceof UnresolvedReference)) throw error
    refuse(error.message, error.remedy)
    return { value: text, referenced: true, broken: true }
  }
}
