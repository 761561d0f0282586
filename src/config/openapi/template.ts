import { parseTemplate } from '../../engines/match/template.ts'

/** What is wrong with a path template. `fatal` ones contradict themselves; others cannot be matched and are left out. */
export interface TemplateFault {
  readonly fatal: boolean
  readonly message: string
  readonly remedy: string
}

/** A usable template's `key` (equal ones match the same requests), or what is wrong with it. */
export type TemplateReading =
  | { readonly key: string; readonly fault?: never }
  | { readonly key?: never; readonly fault: TemplateFault }

/** Reads a key of `paths`. */
export function readTemplate(template: string): TemplateReading {
  if (!template.startsWith('/')) {
    return fatal(`The path \`${template}\` does not start with \`/\`.`, `Write \`/${template}\`.`)
  }
  const names = new Set<string>()
  let open = -1
  for (let at = 0; at < template.length; at++) {
    const character = template[at]
    if (character === '{') {
      if (open !== -1) return unbalanced(template)
      open = at
    } else if (character === '}') {
      if (open === -1) return unbalanced(template)
      const name = template.slice(open + 1, at)
      open = -1
      if (name === '' || name.includes('/')) {
        return fatal(
          `A parameter of the path \`${template}\` has no usable name.`,
          'Write it like `{orderId}`.',
        )
      }
      if (/^[?&#]/.test(name)) return unmatched(template, 'has a query or fragment')
      if (names.has(name)) {
        return fatal(
          `The path \`${template}\` has the parameter \`{${name}}\` twice.`,
          'Give each parameter a name of its own.',
        )
      }
      names.add(name)
    } else if (open === -1 && (character === '?' || character === '#')) {
      return unmatched(template, 'has a query or fragment')
    }
  }
  if (open !== -1) return unbalanced(template)
  const result = parseTemplate(template)
  if (!result.ok) return unmatched(template, result.problem)
  // In a document `*` is a character like any other; to the router it would open everything below.
  return result.template.wildcard ? unmatched(template, 'ends in `*`') : { key: result.template.key }
}

function fatal(message: string, remedy: string): TemplateReading {
  return { fault: { fatal: true, message, remedy } }
}

function unbalanced(template: string): TemplateReading {
  return fatal(
    `The path \`${template}\` has a brace without its other half.`,
    'Write parameters like `{orderId}`; a literal brace is `%7B` or `%7D`.',
  )
}

/** Leaving it out keeps it closed; opening what it might mean would open more than the document says. */
function unmatched(template: string, reason: string): TemplateReading {
  return {
    fault: {
      fatal: false,
      message: `The path \`${template}\` ${reason}, so no request matches it: its operations were left out and stay closed.`,
      remedy: 'Declare the bare path.',
    },
  }
}
