import type { SecurityAlternative, SecurityScheme } from './document.ts'
import type { Findings } from './findings.ts'
import { childOf, objectOf, type Place, sourceOf, textOf } from './place.ts'
import type { References } from './references.ts'

const TYPES: ReadonlySet<string> = new Set(['apiKey', 'http', 'oauth2', 'openIdConnect', 'mutualTLS'])
const PLACES: ReadonlySet<string> = new Set(['header', 'query', 'cookie'])

/** Reads `components.securitySchemes`. */
export function readSecuritySchemes(
  root: Place,
  references: References,
  findings: Findings,
): SecurityScheme[] {
  const components = references.get(root, 'components')
  const list = components === undefined ? undefined : references.get(components, 'securitySchemes')
  if (list === undefined) return []
  const schemes: SecurityScheme[] = []
  for (const name of Object.keys(objectOf(list.value) ?? {})) {
    const place = references.get(list, name)
    if (place === undefined || name.startsWith('x-')) continue
    const scheme = readScheme(name, place)
    if (scheme !== undefined) schemes.push(scheme)
    else {
      findings.problem(
        sourceOf(place),
        `Security scheme \`${name}\` has no type that is known, or an API key without \`in\` and \`name\`.`,
        'Write `type: apiKey` with `in` and `name`, `http` with `scheme`, `oauth2`, `openIdConnect` or `mutualTLS`.',
      )
    }
  }
  return schemes
}

function readScheme(name: string, place: Place): SecurityScheme | undefined {
  const fields = objectOf(place.value) ?? {}
  // `basic`: Swagger 2.0.
  const basic = fields['type'] === 'basic'
  const type = basic ? 'http' : textOf(fields['type'])
  if (!TYPES.has(type)) return undefined
  const where = textOf(fields['in'])
  const parameter = textOf(fields['name'])
  if (type === 'apiKey' && (!PLACES.has(where) || parameter === '')) return undefined
  return {
    name,
    type: type as SecurityScheme['type'],
    in: type === 'apiKey' ? (where as 'header' | 'query' | 'cookie') : null,
    parameter: type === 'apiKey' ? parameter : null,
    httpScheme: type === 'http' ? (basic ? 'basic' : textOf(fields['scheme']).toLowerCase()) : null,
  }
}

/**
 * Reads a `security` list: alternatives of schemes that hold together. null when `place` says nothing. What cannot
 * be read is a problem, never an empty list: that would mean "no credential".
 */
export function readSecurity(
  place: Place,
  known: ReadonlySet<string>,
  findings: Findings,
): readonly SecurityAlternative[] | null {
  const list = childOf(place, 'security')
  if (list === undefined) return null
  if (!Array.isArray(list.value)) {
    findings.problem(
      sourceOf(list),
      '`security` is not a list.',
      'Write a list, like `security: [{ apiKey: [] }]`.',
    )
    return null
  }
  return list.value.map((item: unknown, index) =>
    readAlternative(childOf(list, index)!, item, known, findings),
  )
}

function readAlternative(
  place: Place,
  item: unknown,
  known: ReadonlySet<string>,
  findings: Findings,
): SecurityAlternative {
  const fields = objectOf(item)
  if (fields === undefined) {
    findings.problem(
      sourceOf(place),
      'An entry of `security` is not an object.',
      'Write it like `{ apiKey: [] }`.',
    )
    return []
  }
  return Object.entries(fields).map(([scheme, scopes]) => {
    if (!known.has(scheme)) {
      findings.problem(
        sourceOf(childOf(place, scheme)!),
        `\`security\` names the scheme \`${scheme}\`, which the document does not define.`,
        known.size === 0
          ? 'Define it under `components.securitySchemes`.'
          : `Define it under \`components.securitySchemes\`, or name one of ${[...known].join(', ')}.`,
      )
    }
    const names = Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === 'string') : []
    return { scheme, scopes: names }
  })
}
