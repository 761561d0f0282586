import { apiKeyFault, apiKeyLength, apiKeyPrefix, plainKeyLength } from './key-format.ts'

/** A text that has the form of a key. */
export interface FoundText {
  readonly text: string
  /** From 1. */
  readonly line: number
  /** Its checksum is right: it is a key of some gateway, whatever stands around it. */
  readonly checked: boolean
}

/** As far as it is worth looking: a key, and the character behind it. */
const run = new RegExp(`${apiKeyPrefix}[A-Za-z0-9_-]{43,50}`, 'y')
/** `_` and `-` as some write them in URLs and in JSON. */
const escapes = /%5f|\\u005f|%2d|\\u002d/gi
/** An escape whose end has not come yet. */
const longestEscapeBegun = 5

/**
 * Finds keys in any text, as it comes, in memory that does not grow: logs, JSON, URLs, chats, also in UTF-16. The
 * time is linear in the length of the text, whatever stands in it.
 */
export class KeyScan {
  #raw = ''
  #text = ''
  #line = 1

  /** What is found up to here. To be read to its end before the next piece. */
  take(chunk: Uint8Array): Generator<FoundText> {
    // Keys are ASCII: every other byte only has to stay one character. Without its zeros UTF-16 is ASCII too.
    const { buffer, byteOffset, byteLength } = chunk
    const piece = Buffer.from(buffer, byteOffset, byteLength).toString('latin1').replaceAll('\0', '')
    const raw = this.#raw + piece
    const held = begunEscape(raw)
    this.#raw = raw.slice(held)
    this.#text += raw.slice(0, held).replace(escapes, unescaped)
    return this.#scan(Math.max(0, this.#text.length - apiKeyLength))
  }

  /** What is found in the rest. */
  end(): Generator<FoundText> {
    this.#text += this.#raw.replace(escapes, unescaped)
    this.#raw = ''
    return this.#scan(this.#text.length)
  }

  /** Looks at everything that begins before `end`, and forgets it. */
  *#scan(end: number): Generator<FoundText> {
    const text = this.#text
    let newline = text.indexOf('\n')
    const countTo = (to: number): void => {
      for (; newline >= 0 && newline < to; newline = text.indexOf('\n', newline + 1)) this.#line++
    }
    for (let at = text.indexOf(apiKeyPrefix); at >= 0 && at < end; ) {
      const found = keyAt(text, at)
      if (found !== null) {
        countTo(at)
        yield { text: found, line: this.#line, checked: found.length === apiKeyLength }
      }
      at = text.indexOf(apiKeyPrefix, at + apiKeyPrefix.length)
    }
    countTo(end)
    this.#text = text.slice(end)
  }
}

/** Keys without a checksum are looked for where they end as words do; the others wherever they stand. */
function keyAt(text: string, at: number): string | null {
  run.lastIndex = at
  const word = run.exec(text)?.[0] ?? ''
  if (word.length === plainKeyLength) return word
  const key = word.slice(0, apiKeyLength)
  return key.length === apiKeyLength && apiKeyFault(key) === null ? key : null
}

/** Where an escape begins that may go on in the next piece; the length of the text when there is none. */
function begunEscape(text: string): number {
  for (let at = Math.max(0, text.length - longestEscapeBegun); at < text.length; at++)
    if (text[at] === '%' || text[at] === '\\') return at
  return text.length
}

function unescaped(written: string): string {
  return /f$/i.test(written) ? '_' : '-'
}
