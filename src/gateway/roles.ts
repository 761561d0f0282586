import type { RoleSpec } from '../config/spec.ts'
import { type ClaimPath, claimAt, claimPathOf } from '../engines/claims/claim-path.ts'
import type { Caller } from './facts.ts'

/** A role that was granted to a caller for a time. */
export interface GrantedRole {
  readonly role: string
  /** When it ends, in milliseconds since 1970. */
  readonly until: number
}

/** Grants, as data threads know them. */
export interface Grants {
  /** Nothing is granted to anybody: nothing has to be looked up. */
  readonly isEmpty: boolean
  /** What was granted to a caller of an identity; it may have ended: whoever asks judges. */
  of(identity: string, caller: string): readonly GrantedRole[]
}

/** Which roles a proven caller has: those that its credential says, the configuration gives, and grants. */
export interface Roles {
  /** The caller with all its roles at this time, in milliseconds since 1970. The same one where nothing is added. */
  of(caller: Caller, now: number): Caller
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
export function rolesOf(specs: readonly RoleSpec[], grants: Grants): Roles {
  const roles = specs.map(compiled)
  const includes = new Map(roles.map(({ name, includes }) => [name, includes]))
  const known = new WeakMap<Caller, Caller>()
  const configured = (caller: Caller): Caller => {
    if (roles.length === 0) return caller
    let found = known.get(caller)
    if (found === undefined) {
      found = withRoles(caller, roles, includes)
      known.set(caller, found)
    }
    return found
  }
  return {
    of(caller, now) {
      if (grants.isEmpty) return configured(caller)
      // Judged at every request: a grant ends without any event.
      const granted = grants.of(caller.identity, caller.id).filter(({ until }) => until > now)
      if (granted.length === 0) return configured(caller)
      const lifted = { ...caller, roles: [...caller.roles, ...granted.map(({ role }) => role)] }
      return withRoles(lifted, roles, includes)
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
  // Not the length of the list, in which a name may stand twice.
  const before = found.size
  for (const role of roles) if (has(caller, role)) found.add(role.name)
  for (const name of [...found]) for (const included of includes.get(name) ?? []) found.add(included)
  return found.size === before ? caller : Object.freeze({ ...caller, roles: [...found] })
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
