import { type ContextKey, contextKey } from './context-keys.ts'
import { Glob } from './glob.ts'

/** Reads a value of a context key for a variable: null where it has none, or several. */
export type ReadVariable = (key: ContextKey) => string | null

/** A part of a text: literal, `*`, `?`, or a variable with the text that stands in for a missing value. */
type Part =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'one' }
  | { readonly kind: 'variable'; readonly key: ContextKey; readonly otherwise: string | null }

/** How a text of a policy is read. */
export interface TemplateRules {
  /** `${…}` are variables (Version 2012-10-17), else characters as any. */
  readonly variables: boolean
  /** `*` and `?` are wildcards. */
  readonly wildcards: boolean
  /** Texts are compared without regard to case. */
  readonly ignoreCase?: boolean
}

/** A text that was read, or what is wrong with it. */
export type TemplateResult =
  | { readonly ok: true; readonly template: Template }
  | { readonly ok: false; readonly message: string; readonly remedy: string }

/**
 * A text with wildcards and variables. What a variable stands for is put in as literal characters after the wildcards
 * were found: a value with `*` or `${…}` in it is no pattern.
 */
export class Template {
  readonly #parts: readonly Part[]
  readonly #ignoreCase: boolean
  /** The pattern where there are no variables. */
  readonly #fixed: Glob | null
  readonly hasVariables: boolean

  constructor(parts: readonly Part[], ignoreCase: boolean) {
    this.#parts = parts
    this.#ignoreCase = ignoreCase
    this.hasVariables = parts.some(({ kind }) => kind === 'variable')
    this.#fixed = this.hasVariables ? null : this.#glob(() => null)
  }

  /** Whether the text fits. Where a variable has neither a value nor a default, no text does. */
  test(text: string, read: ReadVariable): boolean {
    const glob = this.#fixed ?? this.#glob(read)
    return glob?.test(this.#ignoreCase ? text.toLowerCase() : text) ?? false
  }

  /** Whether each variable has a value or a default. */
  isResolved(read: ReadVariable): boolean {
    return this.#parts.every(
      (part) => part.kind !== 'variable' || part.otherwise !== null || read(part.key) !== null,
    )
  }

  /** The characters before the first wildcard or variable. */
  get literalPrefix(): string {
    let prefix = ''
    for (const part of this.#parts) {
      if (part.kind !== 'literal') break
      prefix += part.text
    }
    return prefix
  }

  /** The text where there is neither a wildcard nor a variable, else null. */
  get literal(): string | null {
    return this.#parts.every(({ kind }) => kind === 'literal') ? this.literalPrefix : null
  }

  /** Whether it is a single `*`. */
  get isEverything(): boolean {
    return this.#parts.length > 0 && this.#parts.every(({ kind }) => kind === 'any')
  }

  /** The parts between these characters, where they are literal: at most `most`, the last one with all the rest. */
  split(separator: string, most: number): readonly Template[] {
    const lists: Part[][] = [[]]
    for (const part of this.#parts) {
      if (part.kind !== 'literal') {
        lists.at(-1)!.push(part)
        continue
      }
      let rest = part.text
      for (let at = rest.indexOf(separator); at >= 0 && lists.length < most; at = rest.indexOf(separator)) {
        lists.at(-1)!.push({ kind: 'literal', text: rest.slice(0, at) })
        lists.push([])
        rest = rest.slice(at + 1)
      }
      lists.at(-1)!.push({ kind: 'literal', text: rest })
    }
    return lists.map(
      (parts) =>
        new Template(
          parts.filter((part) => part.kind !== 'literal' || part.text !== ''),
          this.#ignoreCase,
        ),
    )
  }

  #glob(read: ReadVariable): Glob | null {
    const pieces: (string | null)[][] = [[]]
    for (const part of this.#parts) {
      if (part.kind === 'any') pieces.push([])
      else if (part.kind === 'one') pieces.at(-1)!.push(null)
      else {
        const text = part.kind === 'literal' ? part.text : (read(part.key) ?? part.otherwise)
        if (text === null) return null
        const piece = pieces.at(-1)!
        for (const unit of (this.#ignoreCase ? text.toLowerCase() : text).split('')) piece.push(unit)
      }
    }
    return new Glob(pieces)
  }
}

/** Reads a text of a policy. */
export function readTemplate(text: string, rules: TemplateRules): TemplateResult {
  const parts: Part[] = []
  let literal = ''
  const push = (part: Part): void => {
    if (literal !== '') parts.push({ kind: 'literal', text: literal })
    literal = ''
    parts.push(part)
  }
  for (let at = 0; at < text.length; ) {
    if (rules.variables && text.startsWith('${', at)) {
      const end = variableEnd(text, at + 2)
      const read = end < 0 ? null : readVariable(text.slice(at + 2, end))
      if (read === null)
        return {
          ok: false,
          message: '`${` begins no variable',
          remedy: `Write \`\${key}\`, \`\${key, 'default'}\`, or \`\${$}\` for the character itself.`,
        }
      if ('message' in read) return { ok: false, ...read }
      if (read.kind === 'literal') literal += read.text
      else push(read)
      at = end + 1
      continue
    }
    const character = text[at++]!
    if (rules.wildcards && character === '*') push({ kind: 'any' })
    else if (rules.wildcards && character === '?') push({ kind: 'one' })
    else literal += character
  }
  if (literal !== '') parts.push({ kind: 'literal', text: literal })
  return { ok: true, template: new Template(parts, rules.ignoreCase === true) }
}

/** Where the brace of a variable closes, outside of quotes; -1 for nowhere. */
function variableEnd(text: string, from: number): number {
  let quoted = false
  for (let at = from; at < text.length; at++) {
    if (text[at] === "'") quoted = !quoted
    else if (text[at] === '}' && !quoted) return at
  }
  return -1
}

function readVariable(inner: string): Part | { readonly message: string; readonly remedy: string } | null {
  if (inner === '*' || inner === '?' || inner === '$') return { kind: 'literal', text: inner }
  const comma = inner.indexOf(',')
  const name = (comma < 0 ? inner : inner.slice(0, comma)).trim()
  const key = contextKey(name)
  if (typeof key === 'string')
    return { message: `the variable \`\${${name}}\` is not supported`, remedy: key }
  if (key.several)
    return {
      message: `\`${key.name}\` may have several values and cannot be a variable`,
      remedy: 'Compare it in `Condition` with `ForAnyValue:` or `ForAllValues:`.',
    }
  if (comma < 0) return { kind: 'variable', key, otherwise: null }
  const quoted = inner.slice(comma + 1).trim()
  if (quoted.length < 2 || quoted[0] !== "'" || quoted.at(-1) !== "'") return null
  const body = quoted.slice(1, -1)
  const otherwise = body.replaceAll("''", "'")
  // A quote that is not doubled would have ended the text.
  if (body.replaceAll("''", '').includes("'")) return null
  return { kind: 'variable', key, otherwise }
}
