/** What is wrong with a path or template, and what to write. */
export interface TemplateProblem {
  readonly message: string
  readonly remedy: string
}

const hex = /^[0-9A-F]{2}$/
const unreserved = /[A-Za-z0-9._~-]/
/** Characters of a path segment (RFC 3986 §3.3) without `;`, which has more than one reading (T5). */
const literal = /[A-Za-z0-9._~!$&'()*+,=:@-]/

/** Why a literal path is not in the normal form that requests are brought to; null when it is. */
function literalProblem(text: string): TemplateProblem | null {
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!
    if (character === '%') {
      const digits = text.slice(index + 1, index + 3)
      if (!hex.test(digits))
        return {
          message: `\`%${digits}\` is no percent-encoding in normal form`,
          remedy: 'Write two upper-case hexadecimal digits.',
        }
      const value = String.fromCharCode(Number.parseInt(digits, 16))
      if (unreserved.test(value))
        return { message: `\`%${digits}\` stands for \`${value}\``, remedy: `Write \`${value}\`.` }
      if (value === '/' || value === '\\' || value === '\0' || value === '%')
        return { message: `\`%${digits}\` has more than one reading`, remedy: 'Remove it.' }
      index += 2
    } else if (!literal.test(character)) {
      const encoded =
        character.charCodeAt(0) > 0x7f ? encodeURIComponent(text.slice(index).match(/^./u)?.[0] ?? '') : null
      return {
        message: `\`${character}\` may not stand in a path`,
        remedy:
          encoded === null
            ? 'Remove it: a path has no query, fragment, backslash, semicolon or space.'
            : `Write \`${encoded}\`.`,
      }
    }
  }
  return null
}

function segmentsProblem(path: string): TemplateProblem | null {
  if (!path.startsWith('/'))
    return { message: 'the path does not begin with a slash', remedy: `Write \`/${path}\`.` }
  if (path.includes('//')) return { message: 'the path has two slashes in a row', remedy: 'Write one.' }
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) {
    return { message: 'the path has a dot segment', remedy: 'Write the path without `.` and `..`.' }
  }
  return null
}

/** Why this is no prefix: literal segments in normal form, without a slash at the end. Null when it is one. */
export function prefixProblem(prefix: string): TemplateProblem | null {
  if (prefix.endsWith('/'))
    return { message: 'the prefix ends in a slash', remedy: `Write \`${prefix.slice(0, -1)}\`.` }
  return segmentsProblem(prefix) ?? literalProblem(prefix.replaceAll('/', ''))
}

const parameterName = /^[^/{}%\s]{1,100}$/

/** Why this is no path template, such as `/orders/{orderId}`; null when it is one. A parameter fills a segment. */
export function templateProblem(template: string): TemplateProblem | null {
  const problem = segmentsProblem(template)
  if (problem !== null) return problem
  const names = new Set<string>()
  for (const segment of template.split('/')) {
    if (!segment.includes('{') && !segment.includes('}')) {
      const wrong = literalProblem(segment)
      if (wrong !== null) return wrong
      continue
    }
    const name = segment.slice(1, -1)
    if (!segment.startsWith('{') || !segment.endsWith('}') || !parameterName.test(name)) {
      return { message: `\`${segment}\` is no parameter`, remedy: 'Write `{name}` as a whole segment.' }
    }
    if (names.has(name))
      return {
        message: `the parameter \`${name}\` stands twice in the path`,
        remedy: 'Give each parameter a name of its own.',
      }
    names.add(name)
  }
  return null
}

/** The template without the names of its parameters: two of the same shape match the same paths. */
export function shapeOf(template: string): string {
  return template.includes('{') ? template.replaceAll(/\{[^}]*\}/g, '{}') : template
}
