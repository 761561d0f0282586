import type { RoleSpec } from '../config/spec.ts'
import { type ClaimPath, claimAt, claimPathOf } from '../engines/claims/claim-path.ts'
import type { Caller } from './facts.ts'

/** Which roles a proven caller has: those that its credential says, those that the configuration gives. */
export interface Roles {
  /** The caller with all its roles. The same one where nothing is added. */
  of(caller: Caller): Caller
}

interface Condition {
  readonly path: ClaimPath | null
  readonly anyOf: ReadonlySet<string>
}

interface Role {
  readonly name: string
  readonly includes: readonly string[]
  readonly callers: ReadonlySet<string>
  /** By identity. */
  readonly when: ReadonlyMap<string, readonly Condition[]>
}

/**
 * Compiles the section `roles`. A caller of a cached token is one object for as long as it is cached, and what it comes
 * to is remembered with it: the usual request pays one look-up.
 */
export function rolesOf(specs: readonly RoleSpec[]): Roles {
  if (specs.length === 0) return { of: (caller) => caller }
  const roles = specs.map(compiled)
  const includes = new Map(roles.map(({ name, includes }) => [name, includes]))
  const known = new WeakMap<Caller, Caller>()
  return {
    of(caller) {
      let found = known.get(caller)
      if (found === undefined) {
        found = withRoles(caller, roles, includes)
        known.set(caller, found)
      }
      return found
    },
  }
}

function compiled({ name, includes, callers, when }: RoleSpec): Role {
  const conditions = new Map<string, Condition[]>()
  for (const { identity, claim, anyOf } of when) {
    const list = conditions.get(identity) ?? []
    conditions.set(identity, list)
    list.push({ path: claim === null ? null : claimPathOf(claim), anyOf: new Set(anyOf) })
  }
  return { name, includes, callers: new Set(callers), when: conditions }
}

function withRoles(
  caller: Caller,
  roles: readonly Role[],
  includes: ReadonlyMap<string, readonly string[]>,
): Caller {
  const found = new Set(caller.roles)
  for (const role of roles) if (has(caller, role)) found.add(role.name)
  for (const name of [...found]) for (const included of includes.get(name) ?? []) found.add(included)
  return found.size === caller.roles.length ? caller : Object.freeze({ ...caller, roles: [...found] })
}

function has(caller: Caller, { callers, when }: Role): boolean {
  if (callers.has(`${caller.identity}/${caller.id}`)) return true
  const conditions = when.get(caller.identity)
  return (
    conditions?.some(({ path, anyOf }) => path === null || holds(claimAt(caller.claims, path), anyOf)) ===
    true
  )
}

/** Text, or a list with such a text in it. A list is never joined, and a number is no text. */
function holds(claim: unknown, anyOf: ReadonlySet<string>): boolean {
  if (typeof claim === 'string') return anyOf.has(claim)
  return Array.isArray(claim) && claim.some((one) => typeof one === 'string' && anyOf.has(one))
}
