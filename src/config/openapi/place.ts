import type { Source } from '../spec.ts'
import type { SourceFile } from './source-file.ts'

/** A value in a document, and where it stands. */
export interface Place {
  readonly file: SourceFile
  readonly path: readonly (string | number)[]
  readonly value: unknown
}

export type JsonObject = Readonly<Record<string, unknown>>

/** The value as an object, or undefined. Arrays are none. */
export function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined
}

/** The value as text, or ''. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** What stands under `key`, references not followed. Keys of `Object.prototype` are not found by accident. */
export function childOf(place: Place, key: string | number): Place | undefined {
  const { value } = place
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return {
    file: place.file,
    path: [...place.path, key],
    value: (value as Record<string | number, unknown>)[key],
  }
}

/** For messages: computes the position only when it is asked for. */
export function sourceOf(place: Place): () => Source {
  return () => place.file.locate(place.path)
}
