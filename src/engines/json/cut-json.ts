import type { JsonPath } from './json.ts'

/** What is cut at one place: all of it, or parts of it by name or index. */
type Cut = 'all' | Map<string | number, Cut>

/**
 * The same JSON text without the members and elements at these paths. Every other byte stays as it came: numbers keep
 * their digits and strings their escapes. The text must be one that `parseJson` accepts. Throws RangeError for a path
 * that is not there.
 */
export function cutJson(bytes: Buffer, paths: readonly JsonPath[]): Buffer {
  const root: Map<string | number, Cut> = new Map()
  for (const path of paths) add(root, path)
  const cutter = new Cutter(bytes)
  const kept = cutter.cut(root)
  return kept.length === 1 ? kept[0]! : Buffer.concat(kept)
}

function add(root: Map<string | number, Cut>, path: JsonPath): void {
  if (path.length === 0) throw new RangeError('the whole value cannot be cut')
  let at = root
  for (const [depth, key] of path.entries()) {
    const there = at.get(key)
    if (there === 'all') return
    if (depth === path.length - 1) at.set(key, 'all')
    else {
      const next: Map<string | number, Cut> = there ?? new Map()
      at.set(key, next)
      at = next
    }
  }
}

const quote = 0x22
const comma = 0x2c
const backslash = 0x5c
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

/** Walks a text that is known to be JSON, and keeps the parts between what is cut. */
class Cutter {
  readonly #bytes: Buffer
  readonly #kept: Buffer[] = []
  #at = 0
  /** Where what is not yet kept begins. */
  #from = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  cut(root: Cut): Buffer[] {
    this.#space()
    if (root !== 'all') this.#inside(root)
    this.#keep(this.#bytes.length)
    return this.#kept
  }

  #keep(to: number): void {
    if (to > this.#from) this.#kept.push(this.#bytes.subarray(this.#from, to))
    this.#from = to
  }

  /** An object or array with something to cut in it. */
  #inside(cuts: Map<string | number, Cut>): void {
    const open = this.#bytes[this.#at]
    if (open !== openBrace && open !== openBracket)
      throw new RangeError('there is nothing to cut in a scalar')
    const isObject = open === openBrace
    const close = isObject ? closeBrace : closeBracket
    this.#at++
    this.#space()
    let found = 0
    let index = 0
    let keptBefore = false
    while (this.#bytes[this.#at] !== close) {
      const start = this.#at
      const key = isObject ? this.#name() : index++
      const cut = cuts.get(key)
      if (cut !== undefined) found++
      if (cut === 'all') {
        this.#skip()
        this.#space()
        // With the comma after it, or, as the last one, with the comma before it.
        if (this.#bytes[this.#at] === comma) {
          this.#keep(start)
          this.#at++
          this.#space()
          this.#from = this.#at
        } else {
          this.#keepUpToComma(start, keptBefore)
          this.#from = this.#at
        }
        continue
      }
      keptBefore = true
      if (cut === undefined) this.#skip()
      else this.#inside(cut)
      this.#space()
      if (this.#bytes[this.#at] === comma) {
        this.#at++
        this.#space()
      }
    }
    this.#at++
    if (found < cuts.size) throw new RangeError('what is to be cut is not there')
  }

  /** Keeps what stands before the last member, without the comma that led to it. */
  #keepUpToComma(start: number, keptBefore: boolean): void {
    if (!keptBefore) return this.#keep(start)
    // What is kept last may end before `from`, where members before this one were cut too.
    let end = start
    if (end > this.#from) this.#keep(end)
    for (;;) {
      const last = this.#kept.at(-1)!
      end = last.length
      while (end > 0 && last[end - 1] !== comma) end--
      // Only white space stands between the comma and the end.
      if (end > 0) {
        this.#kept[this.#kept.length - 1] = last.subarray(0, end - 1)
        return
      }
      this.#kept.pop()
    }
  }

  #name(): string {
    const start = this.#at
    this.#string()
    const name = JSON.parse(this.#bytes.toString('utf8', start, this.#at)) as string
    this.#space()
    this.#at++
    this.#space()
    return name
  }

  #string(): void {
    for (this.#at++; this.#bytes[this.#at] !== quote; this.#at++)
      if (this.#bytes[this.#at] === backslash) this.#at++
    this.#at++
  }

  /** Past one value, however deep it is. */
  #skip(): void {
    let depth = 0
    do {
      const byte = this.#bytes[this.#at]
      if (byte === undefined) throw new RangeError('the text is no JSON')
      if (byte === quote) {
        this.#string()
        continue
      }
      if (byte === openBrace || byte === openBracket) depth++
      else if (byte === closeBrace || byte === closeBracket) depth--
      else if (depth === 0) {
        while (isScalar(this.#bytes[this.#at])) this.#at++
        return
      }
      this.#at++
    } while (depth > 0)
  }

  #space(): void {
    while (isSpace(this.#bytes[this.#at])) this.#at++
  }
}

const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

/** Bytes of numbers, `true`, `false` and `null`. */
const isScalar = (byte: number | undefined): boolean =>
  byte !== undefined && byte !== comma && byte !== closeBrace && byte !== closeBracket && !isSpace(byte)
