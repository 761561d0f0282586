import { isAscii } from 'node:buffer'

/** A value of JSON. */
export type JsonValue = string | number | boolean | null | JsonObject | JsonArray
/** An object without prototype: `__proto__`, `constructor` and the like are names as any other. */
export type JsonObject = { readonly [name: string]: JsonValue }
/** An array of JSON values. */
export type JsonArray = readonly JsonValue[]

/** Objects and arrays inside each other, the outermost included. Real tokens and key sets need five. */
const maxDepth = 16

// The byte order mark is kept, and then is no JSON (RFC 8259 §8.1).
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads a JSON object in the one way that no other reader can differ in (RFC 7493): strict UTF-8 without byte order
 * mark, no member twice at any level (after unescaping), no lone surrogates, no number that overflows, no integer
 * beyond ±(2⁵³−1), at most 16 levels. Null for anything else. The caller bounds the length.
 */
export function parseStrictJson(bytes: Uint8Array): JsonObject | null {
  const text = decode(bytes)
  return text === null ? null : (new Reader(text).document() ?? null)
}

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
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): JsonObject | undefined {
    if (this.#next() !== openBrace) return undefined
    const object = this.#object(1)
    return Number.isNaN(this.#next()) ? object : undefined
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
    if (depth > maxDepth) return undefined
    this.#at++
    const object: { [name: string]: JsonValue } = Object.create(null)
    if (this.#next() === closeBrace) {
      this.#at++
      return object
    }
    for (;;) {
      if (this.#next() !== quote) return undefined
      const name = this.#string()
      // No member is undefined and nothing is inherited: this asks the same as `in`, in a third of the time.
      if (name === undefined || object[name] !== undefined || this.#next() !== colon) return undefined
      this.#at++
      const value = this.#value(depth + 1)
      if (value === undefined) return undefined
      object[name] = value
      const code = this.#next()
      this.#at++
      if (code === closeBrace) return object
      if (code !== comma) return undefined
    }
  }

  #array(depth: number): JsonArray | undefined {
    if (depth > maxDepth) return undefined
    this.#at++
    const array: JsonValue[] = []
    if (this.#next() === closeBracket) {
      this.#at++
      return array
    }
    for (;;) {
      const value = this.#value(depth + 1)
      if (value === undefined) return undefined
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
        return escaped ? unescaped(text.slice(start, at + 1)) : text.slice(start + 1, at)
      }
      if (code === backslash) {
        escaped = true
        at++
      } else if (!(code >= 0x20)) return undefined
    }
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
    if ((text.charCodeAt(this.#at) | 0x20) === 0x65) {
      isInteger = false
      this.#at++
      const sign = text.charCodeAt(this.#at)
      if (sign === minus || sign === 0x2b) this.#at++
      if (this.#digits() === 0) return undefined
    }
    const number = Number(text.slice(start, this.#at))
    // Two identifiers that a double rounds to one number would be one caller to every rule that compares them.
    return isInteger ? (Number.isSafeInteger(number) ? number : undefined) : finite(number)
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

const finite = (number: number): number | undefined => (Number.isFinite(number) ? number : undefined)

/** The value of a string literal with its quotes. V8 knows the escapes; it lets lone surrogates through. */
function unescaped(literal: string): string | undefined {
  try {
    const value: unknown = JSON.parse(literal)
    return typeof value === 'string' && value.isWellFormed() ? value : undefined
  } catch {
    return undefined
  }
}
