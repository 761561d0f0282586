import { type ClaimPath, claimAt } from '../../engines/claims/claim-path.ts'
import type { JsonValue } from '../../engines/json/json.ts'
import type { Caller } from '../../gateway/facts.ts'
import { spelling } from './spelling.ts'

/**
 * The one text that a value is compared by; null for what belongs to nobody. A whole number and its digits are the
 * same, since paths know no numbers; `07` is another than `7`, and a list, an object or `null` equals nothing.
 */
export function keyOf(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value
  return Number.isSafeInteger(value) ? String(value) : null
}

/** What a caller may call its own: its id, or the values of a claim, which may be a list (of tenants). */
export function ownOf(caller: Caller, claim: ClaimPath | null): readonly string[] {
  const value = claim === null ? caller.id : claimAt(caller.claims, claim)
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  return values.map(keyOf).filter((key) => key !== null)
}

/** Whether the value is one of the caller's own. */
export function belongs(value: unknown, own: readonly string[]): boolean {
  const key = keyOf(value)
  return key !== null && own.includes(key)
}

/** Stands for a member that is there in a spelling that services may take for the one that is meant. */
export const ambiguous: unique symbol = Symbol('ambiguous')

/**
 * The member at a path, undefined where there is none. Ambiguous is what services may take for it: a name in another
 * spelling, also where the right one is absent; a path written as one name (`order.customer`, `order[customer]`); and
 * something else than an object where the path goes on.
 */
export function memberAt(root: JsonValue, path: ClaimPath): JsonValue | undefined | typeof ambiguous {
  let value: JsonValue | undefined = root
  for (const [depth, name] of path.entries()) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return depth === 0 ? undefined : ambiguous
    const plain = spelling(name)
    for (const other of Object.keys(value))
      if (other !== name && spelling(stem(other)) === plain) return ambiguous
    value = (value as { readonly [name: string]: JsonValue })[name]
    if (value === undefined) return undefined
  }
  return value
}

/** What stands before the first `.` or `[` of a name that is a path. */
function stem(name: string): string {
  const end = name.search(/[.[]/)
  return end <= 0 ? name : name.slice(0, end)
}
