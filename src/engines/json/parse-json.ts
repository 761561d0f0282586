import { isAscii } from 'node:buffer'
import type { JsonArray, JsonObject, JsonValue } from './json.ts'
import { isHeld } from './number-text.ts'

/** What a JSON text may cost before it is refused. */
export interface JsonLimits {
  /** Objects and arrays inside each other, the outermost included. */
  readonly depth: number
  /** Members of all objects together. */
  readonly members: number
  /** Elements of all arrays together. */
  readonly elements: number
}

/**
 * Of bodies and answers: more than services nest and fill. The worst text within them, 40,000 objects with a name of its
 * own each and 40,000 lists, is parsed in less than 50 ms and takes less than 40 MB, four times the default body.
 */
export const defaultJsonLimits: JsonLimits = Object.freeze({ depth: 64, members: 40_000, elements: 40_000 })

/** Why a text has no reading, or more than one. */
export type JsonFault =
  | 'encoding'
  | 'byte-order-mark'
  | 'syntax'
  | 'duplicate-name'
  | 'surrogate'
  | 'nul'
  | 'number'
  | 'depth'
  | 'members'
  | 'elements'
  | 'trailing'
  | 'empty'

/** A value, or why there is none. */
export type JsonParse =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly fault: JsonFault }

// The byte order mark is kept, and then is no JSON (RFC 8259 §8.1).
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads JSON in the one way that no other reader can differ in (RFC 7493): strict UTF-8 without byte order mark, no
 * member twice at any level (after unescaping), no lone surrogates, no NUL, no number that a double does not hold, nothing
 * after the value. Objects have no prototype. The caller bounds the length.
 */
export function parseJson(bytes: Uint8Array, limits: JsonLimits): JsonParse {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return refused('byte-order-mark')
  const text = decode(bytes)
  return text === null ? refused('encoding') : new Reader(text, limits).document()
}

const refused = (fault: JsonFault): JsonParse => ({ ok: false, fault })

function decode(bytes: Uint8Array): string | null {
  if (bytes instanceof Buffer && isAscii(bytes)) return bytes.toString('latin1')
  try {
    return utf8.decode(bytes)
  } catch {
    return null
  }
}

const quote = 0x22
const comma = 0x2c
const minus = 0x2d
const dot = 0x2e
const colon = 0x3a
const openBracket = 0x5b
const backslash = 0x5c
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

/** Recursive descent over one text. Every method gives undefined for what it refuses, and nothing reads on then. */
class Reader {
  readonly #text: string
  readonly #depth: number
  #members: number
  #elements: number
  #at = 0
  #fault: JsonFault = 'syntax'

  constructor(text: string, limits: JsonLimits) {
    this.#text = text
    this.#depth = limits.depth
    this.#members = limits.members
    this.#elements = limits.elements
  }

  document(): JsonParse {
    if (Number.isNaN(this.#next())) return refused('empty')
    const value = this.#value(1)
    if (value === undefined) return refused(this.#fault)
    return Number.isNaN(this.#next()) ? { ok: true, value } : refused('trailing')
  }

  #refuse(fault: JsonFault): undefined {
    this.#fault = fault
    return undefined
  }

  /** The code of the next character that is no white space, not yet consumed; NaN at the end. */
  #next(): number {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code
      this.#at++
    }
  }

  #value(depth: number): JsonValue | undefined {
    const code = this.#next()
    if (code === quote) return this.#string()
    if (code === openBrace) return this.#object(depth)
    if (code === openBracket) return this.#array(depth)
    if (code === minus || isDigit(code)) return this.#number()
    if (code === 0x74) return this.#word('true', true)
    if (code === 0x66) return this.#word('false', false)
    return code === 0x6e ? this.#word('null', null) : undefined
  }

  #object(depth: number): JsonObject | undefined {
    if (depth > this.#depth) return this.#refuse('depth')
    this.#at++
    // A third of the memory of `Object.create(null)`, which V8 lays out as a hash table, and faster to fill.
    const object: { [name: string]: JsonValue } = Object.setPrototypeOf({}, null)
    if (this.#next() === closeBrace) {
      this.#at++
      return object
    }
    for (;;) {
      if (this.#next() !== quote) return undefined
      const name = this.#string()
      if (name === undefined) return undefined
      // No member is undefined and nothing is inherited: this asks the same as `in`, in a third of the time.
      if (object[name] !== undefined) return this.#refuse('duplicate-name')
      if (--this.#members < 0) return this.#refuse('members')
      if (this.#next() !== colon) return undefined
      this.#at++
      const value = this.#value(depth + 1)
      if (value === undefined) return undefined
      if (isIndex(name)) defineIndex(object, name, value)
      else object[name] = value
      const code = this.#next()
      this.#at++
      if (code === closeBrace) return object
      if (code !== comma) return undefined
    }
  }

  #array(depth: number): JsonArray | undefined {
    if (depth > this.#depth) return this.#refuse('depth')
    this.#at++
    const array: JsonValue[] = []
    if (this.#next() === closeBracket) {
      this.#at++
      return array
    }
    for (;;) {
      const value = this.#value(depth + 1)
      if (value === undefined) return undefined
      if (--this.#elements < 0) return this.#refuse('elements')
      array.push(value)
      const code = this.#next()
      this.#at++
      if (code === closeBracket) return array
      if (code !== comma) return undefined
    }
  }

  #string(): string | undefined {
    const text = this.#text
    const start = this.#at
    let escaped = false
    for (let at = start + 1; ; at++) {
      const code = text.charCodeAt(at)
      if (code === quote) {
        this.#at = at + 1
        return escaped ? this.#unescaped(text.slice(start, at + 1)) : text.slice(start + 1, at)
      }
      if (code === backslash) {
        escaped = true
        at++
      } else if (!(code >= 0x20)) return undefined
    }
  }

  /** The value of a string literal with its quotes. V8 knows the escapes; it lets lone surrogates through. */
  #unescaped(literal: string): string | undefined {
    let value: unknown
    try {
      value = JSON.parse(literal)
    } catch {
      return undefined
    }
    if (typeof value !== 'string') return undefined
    // C ends a string at NUL, so that another reader sees a shorter one.
    if (value.includes('\0')) return this.#refuse('nul')
    return value.isWellFormed() ? value : this.#refuse('surrogate')
  }

  #number(): number | undefined {
    const text = this.#text
    const start = this.#at
    if (text.charCodeAt(this.#at) === minus) this.#at++
    const leading = this.#at
    const digits = this.#digits()
    if (digits === 0 || (digits > 1 && text.charCodeAt(leading) === 0x30)) return undefined
    let isInteger = true
    if (text.charCodeAt(this.#at) === dot) {
      isInteger = false
      this.#at++
      if (this.#digits() === 0) return undefined
    }
    const hasExponent = (text.charCodeAt(this.#at) | 0x20) === 0x65
    if (hasExponent) {
      isInteger = false
      this.#at++
      const sign = text.charCodeAt(this.#at)
      if (sign === minus || sign === 0x2b) this.#at++
      if (this.#digits() === 0) return undefined
    }
    const length = this.#at - start
    const written = text.slice(start, this.#at)
    const number = Number(written)
    // Two identifiers that a double rounds to one number would be one caller to every rule that compares them.
    if (isInteger) return Number.isSafeInteger(number) ? number : this.#refuse('number')
    // Without exponent, so few characters are less than 2⁵³ and have no more digits than a double.
    return (length <= 17 && !hasExponent) || isHeld(written, number) ? number : this.#refuse('number')
  }

  #digits(): number {
    const start = this.#at
    while (isDigit(this.#text.charCodeAt(this.#at))) this.#at++
    return this.#at - start
  }

  #word<T extends JsonValue>(word: string, value: T): T | undefined {
    if (!this.#text.startsWith(word, this.#at)) return undefined
    this.#at += word.length
    return value
  }
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

/** Whether V8 takes the name for an index of an array. */
function isIndex(name: string): boolean {
  const first = name.charCodeAt(0)
  return isDigit(first) && name.length <= 10 && (first !== 0x30 || name.length === 1)
}

/**
 * V8 lays an object with such names out as an array, holes included: `{"1023":0}` would take 12 KB, and a body of 1 KB
 * half a gigabyte. A member that cannot be changed makes it a table instead.
 */
function defineIndex(object: { [name: string]: JsonValue }, name: string, value: JsonValue): void {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: false, writable: false })
}
