import type { Faults, PolicyNode } from './policy-node.ts'
import type { IamCaller } from './request-facts.ts'

/** Who a statement is about. */
export interface Principals {
  /** Everybody, the anonymous included. */
  readonly everyone: boolean
  /** `identity/id`. */
  readonly callers: ReadonlySet<string>
  readonly identities: ReadonlySet<string>
  readonly roles: ReadonlySet<string>
}

/** Names of AWS (ARNs, accounts, providers) and the callers here that they stand for: `role/…`, `caller/…`, `identity/…`. */
export type PrincipalMap = ReadonlyMap<string, string>

/** Whether the caller is among them. */
export function isAmong(principals: Principals, caller: IamCaller | null): boolean {
  if (principals.everyone) return true
  if (caller === null) return false
  if (principals.identities.has(caller.identity)) return true
  if (principals.roles.size > 0 && caller.roles.some((role) => principals.roles.has(role))) return true
  return principals.callers.size > 0 && principals.callers.has(`${caller.identity}/${caller.id}`)
}

/** Principals of these names: `role/NAME`, `identity/NAME`, `caller/IDENTITY/ID`. Null when one is not of that form. */
export function principalsOf(names: readonly string[]): Principals | null {
  const callers = new Set<string>()
  const identities = new Set<string>()
  const roles = new Set<string>()
  for (const name of names) {
    const slash = name.indexOf('/')
    const rest = name.slice(slash + 1)
    const kind = name.slice(0, Math.max(slash, 0))
    if (rest === '' || rest.includes('*') || rest.includes('${')) return null
    if (kind === 'role') roles.add(rest)
    else if (kind === 'identity' && !rest.includes('/')) identities.add(rest)
    else if (kind === 'caller' && /^[^/]+\/./.test(rest)) callers.add(rest)
    else return null
  }
  return { everyone: false, callers, identities, roles }
}

/** Everybody. */
export const everyone: Principals = {
  everyone: true,
  callers: new Set(),
  identities: new Set(),
  roles: new Set(),
}

const ownForms = 'Write `role/NAME`, `identity/NAME` or `caller/IDENTITY/ID`.'

/** Reads the element `Principal` or `NotPrincipal`; null after a fault. */
export function readPrincipals(node: PolicyNode, map: PrincipalMap, faults: Faults): Principals | null {
  if (node.kind === 'scalar' && node.value === '*') return everyone
  if (node.kind !== 'object' || node.members.size === 0) {
    faults.add(node, 'this names no principal', 'Write `"*"`, or `{ "AWS": … }`, `{ "Sallyport": … }`.')
    return null
  }
  const names: string[] = []
  let all = false
  const before = faults.list.length
  for (const [kind, values] of node.members) {
    if (!kinds.has(kind)) {
      faults.add(
        values,
        `principals of the kind \`${kind}\` are not supported`,
        `Kinds are ${[...kinds].join(', ')}.`,
      )
      continue
    }
    const items = values.kind === 'array' ? values.items : [values]
    if (items.length === 0) faults.add(values, 'the list is empty', 'Name at least one principal.')
    for (const item of items) {
      const value = item.kind === 'scalar' && typeof item.value === 'string' ? item.value : ''
      if (value === '*' && kind === 'AWS') all = true
      else if (kind === 'Sallyport') {
        if (principalsOf([value]) === null) faults.add(item, `\`${value}\` is no principal`, ownForms)
        names.push(value)
      } else {
        const mapped = map.get(canonicalPrincipal(value))
        if (mapped === undefined)
          faults.add(
            item,
            `nobody here stands for the principal \`${value}\``,
            `Say who it is: \`principals: { "${value}": role/NAME }\`.`,
          )
        else names.push(mapped)
      }
    }
  }
  if (faults.list.length > before) return null
  return all ? everyone : principalsOf(names)
}

const kinds: ReadonlySet<string> = new Set(['AWS', 'Federated', 'Service', 'Sallyport'])

/** An account may be written by its number or as its root. */
export function canonicalPrincipal(name: string): string {
  return /^arn:aws[a-z-]*:iam::(\d{12}):root$/.exec(name)?.[1] ?? name
}
