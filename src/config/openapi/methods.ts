import type { Findings } from './findings.ts'
import { childOf, objectOf, type Place, sourceOf } from './place.ts'
import type { References } from './references.ts'

/** Fixed fields of a Path Item. `query` since 3.2. */
const FIELDS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'] as const

/** One operation of a path item: its method and where it stands. */
export interface MethodPlace {
  readonly method: string
  readonly place: Place
}

/**
 * The operations that one layer of a path item (itself, or what its `$ref` names) declares. Methods are
 * case-sensitive (RFC 9110 §9.1); TRACE and CONNECT are never passed on, whatever a document says.
 */
export function readMethods(
  item: Place,
  minor: number,
  references: References,
  findings: Findings,
): MethodPlace[] {
  const found: MethodPlace[] = []
  const add = (method: string, place: Place): void => {
    if (method === 'TRACE' || method === 'CONNECT') {
      findings.note(sourceOf(place), `${method} is never passed on: the operation was left out.`)
    } else found.push({ method, place })
  }
  for (const field of FIELDS) {
    if (childOf(item, field) === undefined) continue
    const place = references.get(item, field)
    if (place === undefined || objectOf(place.value) === undefined) continue
    if (field === 'query' && minor < 2) {
      findings.note(
        sourceOf(place),
        'Operations of the method QUERY exist since OpenAPI 3.2: it was left out.',
      )
    } else add(field.toUpperCase(), place)
  }
  const additional = references.get(item, 'additionalOperations')
  if (additional === undefined) return found
  if (minor < 2) {
    findings.note(sourceOf(additional), '`additionalOperations` exists since OpenAPI 3.2: it was left out.')
    return found
  }
  for (const method of Object.keys(objectOf(additional.value) ?? {})) {
    const place = references.get(additional, method)
    if (place === undefined || objectOf(place.value) === undefined) continue
    if (FIELDS.some((field) => field === method.toLowerCase())) {
      findings.problem(
        sourceOf(place),
        `\`additionalOperations\` may not hold the method ${method}.`,
        `Write it as \`${method.toLowerCase()}\` of the path.`,
      )
    } else if (!/^[A-Z][A-Z-]{0,31}$/.test(method)) {
      findings.problem(
        sourceOf(place),
        `\`${method}\` is not a method name this gateway passes on.`,
        'Method names are case-sensitive: write them in upper case, like `COPY`.',
      )
    } else add(method, place)
  }
  return found
}
