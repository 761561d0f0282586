import { dirname } from 'node:path'
import type { Source } from '../spec.ts'

/** Keys from the root of the configuration. */
export type Path = readonly (string | number)[]

/** A file that was read. Lines are counted only for what is asked for. */
export interface SourceFile {
  /** Absolute. */
  readonly path: string
  /** Line and column, from 1, of an offset; null for a source without positions (TypeScript). */
  position(offset: number): { readonly line: number; readonly column: number } | null
}

/** Where one entry of a map or list stands. */
export interface Place {
  readonly file: SourceFile
  /** Offset of the key (of the item, in a list). */
  readonly key: number
  readonly value: number
  /** The value came, wholly or in part, from a `${…}` reference. */
  readonly referenced: boolean
  /** A reference in the value was not resolved, which is reported: nothing else is to be said about it. */
  readonly broken: boolean
}

/** A map or list of the configuration while it is read. */
export type Container = Record<string, unknown> | unknown[]

/** Places of the entries of each container. */
export type Places = WeakMap<object, Map<string | number, Place>>

/** A map of the configuration, not a list and not a scalar. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The configuration as it was written, references resolved, with the place of every part. */
export class Tree {
  readonly root: Record<string, unknown>
  readonly #places: Places
  readonly #first: SourceFile

  constructor(root: Record<string, unknown>, places: Places, first: SourceFile) {
    this.root = root
    this.#places = places
    this.#first = first
  }

  /** The value at a path, or undefined. */
  get(path: Path): unknown {
    let value: unknown = this.root
    for (const key of path) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
      value = (value as Record<string | number, unknown>)[key]
    }
    return value
  }

  /** Replaces the value at a path that exists. */
  set(path: Path, value: unknown): void {
    const container = this.get(path.slice(0, -1)) as Record<string | number, unknown>
    container[path.at(-1)!] = value
  }

  /** Where the key of the last part of the path stands; of the nearest outer part when it is not written. */
  keyOf(path: Path): Source {
    const place = this.#place(path)
    return sourceOf(place?.file ?? this.#first, place?.key ?? 0)
  }

  /** Where the value of the last part of the path stands. */
  valueOf(path: Path): Source {
    const place = this.#place(path)
    return sourceOf(place?.file ?? this.#first, place?.value ?? 0)
  }

  /** Folder that relative paths at this place start from: that of the file which says them. */
  folderOf(path: Path): string {
    return dirname((this.#place(path)?.file ?? this.#first).path)
  }

  /** Whether exactly this value came from a reference. */
  isReferenced(path: Path): boolean {
    const container = this.get(path.slice(0, -1))
    if (typeof container !== 'object' || container === null) return false
    return this.#places.get(container)?.get(path.at(-1)!)?.referenced ?? false
  }

  /** Whether a reference in exactly this value was not resolved. */
  isBroken(path: Path): boolean {
    const container = this.get(path.slice(0, -1))
    if (typeof container !== 'object' || container === null) return false
    return this.#places.get(container)?.get(path.at(-1)!)?.broken ?? false
  }

  #place(path: Path): Place | null {
    let value: unknown = this.root
    let found: Place | null = null
    for (const key of path) {
      if (typeof value !== 'object' || value === null) break
      const place = this.#places.get(value)?.get(key)
      if (place === undefined) break
      found = place
      value = (value as Record<string | number, unknown>)[key]
    }
    return found
  }
}

/** Source of an offset. */
export function sourceOf(file: SourceFile, offset: number): Source {
  const position = file.position(offset)
  return { file: file.path, line: position?.line ?? 0, column: position?.column ?? 0 }
}

const bare = /^[A-Za-z_][A-Za-z0-9_-]*$/

/** A path for people: `apis.orders.operations."GET /orders".cors`. */
export function pathText(path: Path): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else text += (text === '' ? '' : '.') + (bare.test(part) ? part : JSON.stringify(part))
  }
  return text
}
