/** The names on the way to a claim, outermost first. */
export type ClaimPath = readonly string[]

const deepest = 8
const longest = 300

/**
 * Reads a path: names with dots between them, and a name that itself has dots in double quotes
 * (`resource_access."my.app".roles`). Null for anything else.
 */
export function parseClaimPath(text: string): ClaimPath | null {
  if (text === '' || text.length > longest) return null
  const names: string[] = []
  let at = 0
  for (;;) {
    const quoted = text[at] === '"'
    const end = quoted ? text.indexOf('"', at + 1) : dotAfter(text, at)
    if (end < 0) return null
    const name = text.slice(quoted ? at + 1 : at, end)
    if (name === '' || (!quoted && (name.includes('"') || name.includes(' ')))) return null
    names.push(name)
    at = quoted ? end + 1 : end
    if (at === text.length) return names.length > deepest ? null : names
    if (text[at] !== '.') return null
    at++
  }
}

const dotAfter = (text: string, at: number): number => {
  const dot = text.indexOf('.', at)
  return dot < 0 ? text.length : dot
}

/** The claim at the path; undefined where there is none. Names are own ones: nothing is there by birth. */
export function claimAt(claims: { readonly [name: string]: unknown }, path: ClaimPath): unknown {
  let value: unknown = claims
  for (const name of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    if (!Object.hasOwn(value, name)) return undefined
    value = (value as { readonly [name: string]: unknown })[name]
  }
  return value
}

/** A path that the schema has seen. */
export function claimPathOf(text: string): ClaimPath {
  const path = parseClaimPath(text)
  if (path === null) throw new Error('a path of a claim that no schema has seen')
  return path
}
