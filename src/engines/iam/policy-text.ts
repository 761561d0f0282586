import { Faults, maxDepth, type PolicyFault, type PolicyNode } from './policy-node.ts'

/** Longest text of one document, in UTF-16 units. AWS takes 20 kB. */
export const longestPolicy = 1_048_576

/** A document that was read, or the first thing that is wrong with its text. */
export type TextResult =
  | { readonly ok: true; readonly node: PolicyNode }
  | { readonly ok: false; readonly fault: PolicyFault }

/**
 * Reads JSON (RFC 8259) with the line of each part. A name that stands twice in one object is refused: readers differ
 * in which one counts, and one of the two may be the denial.
 */
export function readPolicyText(text: string): TextResult {
  const reader = new Reader(text)
  try {
    return { ok: true, node: reader.document() }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    const faults = new Faults()
    faults.add({ path: error.path, line: reader.line }, error.message, error.remedy)
    return { ok: false, fault: faults.list[0]! }
  }
}

class Refused extends Error {
  readonly path: readonly (string | number)[]
  readonly remedy: string
  constructor(path: readonly (string | number)[], message: string, remedy: string) {
    super(message)
    this.path = path
    this.remedy = remedy
  }
}

type Path = readonly (string | number)[]
const words: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
])
const numberForm = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

class Reader {
  readonly #text: string
  #at = 0
  line = 1

  constructor(text: string) {
    // A byte order mark is no JSON, and common enough in files to be told by name.
    this.#text = text
  }

  document(): PolicyNode {
    if (this.#text.length > longestPolicy)
      throw new Refused([], 'the document is longer than 1 MiB', 'Split it into several policies.')
    if (this.#text.startsWith('\ufeff'))
      throw new Refused([], 'the file begins with a byte order mark', 'Save it as UTF-8 without one.')
    const node = this.#value([])
    this.#space()
    if (this.#at < this.#text.length)
      throw new Refused([], 'something follows the document', 'Remove what stands after its last brace.')
    return node
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code === 0x0a) this.line++
      else if (code !== 0x20 && code !== 0x0d && code !== 0x09) return
      this.#at++
    }
  }

  #take(character: string): boolean {
    this.#space()
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #value(path: Path): PolicyNode {
    if (path.length > maxDepth) throw new Refused(path, 'nested too deeply', 'A policy has few levels.')
    this.#space()
    const { line } = this
    if (this.#take('{')) return { kind: 'object', path, line, members: this.#members(path) }
    if (this.#take('[')) return { kind: 'array', path, line, items: this.#items(path) }
    if (this.#text[this.#at] === '"') return { kind: 'scalar', path, line, value: this.#string(path) }
    for (const [word, value] of words) {
      if (!this.#text.startsWith(word, this.#at)) continue
      this.#at += word.length
      return { kind: 'scalar', path, line, value }
    }
    numberForm.lastIndex = this.#at
    const found = numberForm.exec(this.#text)?.[0]
    if (found === undefined) throw notJson(path)
    this.#at += found.length
    const value = Number(found)
    if (!Number.isFinite(value)) throw new Refused(path, 'the number is too large', 'Write a smaller one.')
    return { kind: 'scalar', path, line, value }
  }

  #members(path: Path): ReadonlyMap<string, PolicyNode> {
    const members = new Map<string, PolicyNode>()
    if (this.#take('}')) return members
    for (;;) {
      this.#space()
      if (this.#text[this.#at] !== '"') throw notJson(path)
      const name = this.#string(path)
      if (members.has(name))
        throw new Refused(
          [...path, name],
          `"${name}" stands twice in one object`,
          'Keep one of the two, or put their values into one list.',
        )
      if (!this.#take(':')) throw notJson(path)
      members.set(name, this.#value([...path, name]))
      if (this.#take('}')) return members
      if (!this.#take(',')) throw notJson(path)
    }
  }

  #items(path: Path): readonly PolicyNode[] {
    const items: PolicyNode[] = []
    if (this.#take(']')) return items
    for (;;) {
      items.push(this.#value([...path, items.length]))
      if (this.#take(']')) return items
      if (!this.#take(',')) throw notJson(path)
    }
  }

  #string(path: Path): string {
    const start = this.#at
    for (let at = start + 1; at < this.#text.length; at++) {
      const code = this.#text.charCodeAt(at)
      if (code === 0x5c) at++
      else if (code < 0x20) break
      else if (code === 0x22) {
        this.#at = at + 1
        return unescaped(this.#text.slice(start, at + 1), path)
      }
    }
    throw notJson(path)
  }
}

/** V8 knows the escapes; it lets lone surrogates through, which no request can carry. */
function unescaped(literal: string, path: Path): string {
  try {
    const value = JSON.parse(literal) as string
    if (value.isWellFormed()) return value
  } catch {
    // told below, with its place
  }
  throw notJson(path)
}

const notJson = (path: Path): Refused =>
  new Refused(path, 'this is not JSON', 'Write the document as JSON (RFC 8259).')
