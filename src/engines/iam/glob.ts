/** One character of a pattern: itself, or any single one. */
export type GlobPiece = readonly (string | null)[]

/**
 * A pattern with `*` (any characters, none included) and `?` (one UTF-16 unit). It never backtracks: between two stars
 * each piece is taken where it first fits, so a text is read once for each piece. A piece is found bit-parallel
 * (Shift-And), in one step for 32 characters of the piece; no text and no pattern is costly.
 */
export class Glob {
  readonly #pieces: readonly Piece[]

  /** The pieces between the stars: one piece is a pattern without a star. */
  constructor(pieces: readonly GlobPiece[]) {
    this.#pieces = pieces.map((piece) => new Piece(piece))
  }

  test(text: string): boolean {
    const pieces = this.#pieces
    const first = pieces[0]!
    if (pieces.length === 1) return first.length === text.length && first.isAt(text, 0)
    const last = pieces[pieces.length - 1]!
    const end = text.length - last.length
    if (first.length > end || !first.isAt(text, 0) || !last.isAt(text, end)) return false
    let at = first.length
    for (let i = 1; i < pieces.length - 1; i++) {
      at = pieces[i]!.findEnd(text, at, end)
      if (at < 0) return false
    }
    return true
  }
}

/** Up to this many characters V8's own search is quicker, and its worst case still short. */
const shortPiece = 32

class Piece {
  readonly length: number
  readonly #characters: GlobPiece
  /** The text of it; null where it has a `?`. */
  readonly #text: string | null
  #masks: ReadonlyMap<number, Uint32Array> | null = null

  constructor(characters: GlobPiece) {
    this.length = characters.length
    this.#characters = characters
    this.#text = characters.includes(null) ? null : characters.join('')
  }

  isAt(text: string, at: number): boolean {
    if (this.#text !== null) return text.startsWith(this.#text, at)
    const characters = this.#characters
    for (let i = 0; i < characters.length; i++) {
      const character = characters[i]
      if (character !== null && character !== text[at + i]) return false
    }
    return true
  }

  /** Where it ends when it stands at the first place from `from` on that ends by `limit`; -1 for nowhere. */
  findEnd(text: string, from: number, limit: number): number {
    if (from + this.length > limit) return -1
    if (this.length === 0) return from
    if (this.#text !== null && this.length <= shortPiece) {
      const found = text.indexOf(this.#text, from)
      return found < 0 || found + this.length > limit ? -1 : found + this.length
    }
    return this.#shiftAnd(text, from, limit)
  }

  /** Baeza-Yates and Gonnet, "A new approach to text searching", 1992: bit i says that i + 1 characters fit so far. */
  #shiftAnd(text: string, from: number, limit: number): number {
    this.#masks ??= masksOf(this.#characters)
    const masks = this.#masks
    const others = masks.get(-1)!
    const count = others.length
    const state = new Uint32Array(count)
    const lastWord = count - 1
    const lastBit = 1 << ((this.length - 1) & 31)
    for (let at = from; at < limit; at++) {
      const mask = masks.get(text.charCodeAt(at)) ?? others
      let carry = 1
      for (let word = 0; word < count; word++) {
        const bits = state[word]!
        state[word] = ((bits << 1) | carry) & mask[word]!
        carry = bits >>> 31
      }
      if ((state[lastWord]! & lastBit) !== 0) return at + 1
    }
    return -1
  }
}

/** For each character the places of the piece that it fits; under -1 those that any character fits. */
function masksOf(characters: GlobPiece): ReadonlyMap<number, Uint32Array> {
  const words = (characters.length + 31) >>> 5
  const any = new Uint32Array(words)
  characters.forEach((character, i) => {
    if (character === null) any[i >>> 5]! |= 1 << (i & 31)
  })
  const masks = new Map<number, Uint32Array>([[-1, any]])
  characters.forEach((character, i) => {
    if (character === null) return
    const code = character.charCodeAt(0)
    const mask = masks.get(code) ?? Uint32Array.from(any)
    mask[i >>> 5]! |= 1 << (i & 31)
    masks.set(code, mask)
  })
  return masks
}
