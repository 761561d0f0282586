import { normalizeLiteral } from './normalize-literal.ts'

/**
 * One segment of a template: its literal parts, in normal form, with a parameter between each two of them.
 * `['orders']` is a literal, `['', '']` is `{id}`, `['', ':cancel']` is `{name}:cancel`.
 */
export type Segment = readonly string[]

/** A path template, read. */
export interface Template {
  readonly segments: readonly Segment[]
  /** Ends in `/*`: stands for the path before it and everything below, any number of segments. */
  readonly wildcard: boolean
  /** The template without the names of its parameters. Equal keys match the same paths. */
  readonly key: string
}

export type TemplateResult =
  | { readonly ok: true; readonly template: Template }
  /** `problem` completes the sentence "The path template …". */
  | { readonly ok: false; readonly problem: string }

/**
 * Reads an OpenAPI path template (`/orders/{id}`, `/v1/{name}:cancel`) or one that ends in `/*`.
 *
 * A parameter stands for one segment or a part of one, and is never empty. Literal text is brought to the normal form
 * that request paths have, so that `/café` and `/caf%c3%a9` match `/caf%C3%A9`.
 */
export function parseTemplate(text: string): TemplateResult {
  if (!text.startsWith('/')) return problem('must start with "/"')
  const wildcard = text.endsWith('/*')
  const body = wildcard ? text.slice(1, -2) : text.slice(1)
  const segments: Segment[] = []
  if (!wildcard || text.length > 2) {
    const parts = splitSegments(body)
    for (const [index, part] of parts.entries()) {
      if (part === '' && (wildcard || index < parts.length - 1)) return problem('has an empty segment')
      const segment = parseSegment(part)
      if (typeof segment === 'string') return problem(segment)
      segments.push(segment)
    }
  }
  const key = segments.map((segment) => `/${segment.join('{}')}`).join('') + (wildcard ? '/*' : '')
  return { ok: true, template: { segments, wildcard, key } }
}

/** Whether the segment has no parameter. */
export function isLiteral(segment: Segment): boolean {
  return segment.length === 1
}

/** Whether the segment is one parameter and nothing else. */
export function isParameter(segment: Segment): boolean {
  return segment.length === 2 && segment[0] === '' && segment[1] === ''
}

/** Splits at slashes; one inside braces belongs to a name. */
function splitSegments(body: string): string[] {
  const parts: string[] = []
  let start = 0
  let inside = false
  for (let i = 0; i < body.length; i++) {
    const c = body[i]
    if (c === '{') inside = true
    else if (c === '}') inside = false
    else if (c === '/' && !inside) {
      parts.push(body.slice(start, i))
      start = i + 1
    }
  }
  parts.push(body.slice(start))
  return parts
}

/** The literal parts of a segment, or what is wrong with it. */
function parseSegment(text: string): Segment | string {
  const literals: string[] = []
  let at = 0
  for (;;) {
    const open = text.indexOf('{', at)
    const literal = text.slice(at, open < 0 ? text.length : open)
    if (literal.includes('}')) return `has a "}" without its "{"`
    const normal = normalizeLiteral(literal)
    if (normal === null) return `has text that no request path can have: ${JSON.stringify(literal)}`
    if (normal.includes(';')) return 'has a ";", which services read in different ways'
    if (normal === '' && open >= 0 && literals.length > 0) {
      return 'has two parameters with nothing between them, so nobody can tell where one ends'
    }
    literals.push(normal)
    if (open < 0) break
    const close = text.indexOf('}', open)
    if (close < 0) return 'has a "{" without its "}"'
    if (close === open + 1) return 'has a parameter without a name'
    if (text.slice(open + 1, close).includes('{')) return 'has a "{" inside a parameter'
    at = close + 1
  }
  if (literals.length === 1 && (literals[0] === '.' || literals[0] === '..')) return 'has a dot segment'
  return literals
}

function problem(text: string): TemplateResult {
  return { ok: false, problem: text }
}
