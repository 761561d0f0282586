import type { Claims } from '../../gateway/facts.ts'

/**
 * Gives a reader of one claim. A claim of exactly this name comes first (names with dots are usual:
 * `https://example.com/roles`); else the dots lead into objects. Only what the objects own is read.
 */
export function claimReader(path: string): (claims: Claims) => unknown {
  const names = path.split('.')
  return (claims) => {
    if (Object.hasOwn(claims, path)) return claims[path]
    let value: unknown = claims
    for (const name of names) {
      if (!isObject(value) || !Object.hasOwn(value, name)) return undefined
      value = value[name]
    }
    return value
  }
}

function isObject(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
