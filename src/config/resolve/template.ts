import { isLiteral, parseTemplate } from '../../engines/match/template.ts'

/** What is wrong with a path or template, and what to write. */
export interface TemplateProblem {
  readonly message: string
  readonly remedy: string
}

/** A template in the normal form that request paths are matched in. */
export type TemplateResult =
  | { readonly ok: true; readonly template: string }
  | ({ readonly ok: false } & TemplateProblem)

/**
 * Reads a path template of a route or a document: what the router reads, without its wildcard (an operation is
 * declared path by path), with a name of its own for each parameter.
 */
export function readTemplate(text: string): TemplateResult {
  const parsed = parseTemplate(text)
  if (!parsed.ok)
    return refuse(`the path \`${text}\` ${parsed.problem}`, 'Write it like `/orders/{orderId}`.')
  const { segments, wildcard } = parsed.template
  if (wildcard)
    return refuse(
      `the path \`${text}\` ends in a wildcard`,
      'Declare each path, with `{name}` where a segment varies.',
    )
  const names = [...text.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1]!)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined)
    return refuse(
      `the parameter \`${twice}\` stands twice in the path`,
      'Give each parameter a name of its own.',
    )
  let next = 0
  const template = segments
    .map((literals) => `/${literals.reduce((before, literal) => `${before}{${names[next++]}}${literal}`)}`)
    .join('')
  return { ok: true, template }
}

/** Why this is no prefix: literal segments in normal form, without a slash at the end. Null when it is one. */
export function prefixProblem(prefix: string): TemplateProblem | null {
  if (prefix.endsWith('/'))
    return { message: `the path \`${prefix}\` ends in a slash`, remedy: `Write \`${prefix.slice(0, -1)}\`.` }
  const parsed = parseTemplate(prefix)
  if (!parsed.ok)
    return { message: `the path \`${prefix}\` ${parsed.problem}`, remedy: 'Write it like `/v1`.' }
  const { segments, wildcard, key } = parsed.template
  if (wildcard || !segments.every(isLiteral))
    return { message: `the path \`${prefix}\` has a parameter or wildcard`, remedy: 'Write it like `/v1`.' }
  return key === prefix
    ? null
    : { message: `the path \`${prefix}\` is not in normal form`, remedy: `Write \`${key}\`.` }
}

function refuse(message: string, remedy: string): TemplateResult {
  return { ok: false, message, remedy }
}
