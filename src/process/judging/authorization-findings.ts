import type { Finding } from '../../config/problem.ts'
import type { GatewaySpec, IdentitySpec, OperationSpec, StepSpec } from '../../config/spec.ts'
import { gather, textsIn } from './mentioned-names.ts'

/** What callers of an identity can have; null for anything. */
interface Reach {
  readonly roles: ReadonlySet<string> | null
  readonly scopes: ReadonlySet<string> | null
}

/**
 * What nobody can do, and what nobody can have: requirements that no caller meets, and roles that open nothing. Only
 * what is certain is told; where an identity might give anything, nothing is said.
 */
export function authorizationFindings(spec: GatewaySpec): Finding[] {
  const reach = new Map(spec.identities.map((identity) => [identity.name, reachOf(identity, spec)]))
  return [...unmeetable(spec, reach), ...unusedRoles(spec)]
}

/** Types whose tokens carry roles where their settings name a claim for them, and any scopes. */
const tokenTypes: ReadonlySet<string> = new Set(['jwt', 'oidc', 'introspection'])
/** Types whose settings list all that their callers have. */
const listedTypes: ReadonlySet<string> = new Set(['basic', 'mtls'])

function reachOf({ name, type, settings }: IdentitySpec, { roles }: GatewaySpec): Reach {
  const own = new Set<string>()
  for (const role of roles) {
    const given =
      role.when.some(({ identity }) => identity === name) ||
      role.callers.some((caller) => caller.startsWith(`${name}/`))
    if (given) for (const one of [role.name, ...role.includes]) own.add(one)
  }
  if (type === 'api-key') return { roles: own, scopes: null }
  if (listedTypes.has(type)) {
    const scopes = new Set<string>()
    const listed = new Set<string>()
    gather(settings, listed, scopes)
    for (const role of listed)
      for (const one of [role, ...(roles.find((known) => known.name === role)?.includes ?? [])]) own.add(one)
    return { roles: own, scopes }
  }
  const claims = (settings as { readonly roles?: unknown } | null)?.roles
  const without = tokenTypes.has(type) && Array.isArray(claims) && claims.length === 0
  return { roles: without ? own : null, scopes: null }
}

/** Requirements that no caller of an operation can meet. */
function unmeetable(spec: GatewaySpec, reach: ReadonlyMap<string, Reach>): Finding[] {
  const told = new Set<StepSpec>()
  return spec.operations.flatMap((operation) =>
    operation.steps.flatMap((index) => {
      const step = spec.steps[index]!
      const { policy } = step
      if (told.has(step) || (policy !== 'roles' && policy !== 'scopes')) return []
      const names = impossible(
        step,
        callersOf(operation, reach).map((one) => one[policy]),
      )
      if (names.length === 0) return []
      told.add(step)
      return [
        {
          source: step.source,
          message: `nobody can call ${operation.name}: no identity that it accepts can give the ${policy} ${names.join(', ')}`,
          remedy:
            policy === 'roles'
              ? 'Give the role in the section `roles`, or name the claim with roles at the identity.'
              : 'Name a scope that callers can have, or accept an identity that gives it.',
        },
      ]
    }),
  )
}

function callersOf({ authentication }: OperationSpec, reach: ReadonlyMap<string, Reach>): Reach[] {
  if (authentication.kind === 'anonymous') return []
  return [...new Set(authentication.anyOf.flat())].flatMap((name) => reach.get(name) ?? [])
}

/** The names without which nobody passes, and which nobody has. */
function impossible({ policy, settings }: StepSpec, has: readonly (ReadonlySet<string> | null)[]): string[] {
  if (has.length === 0 || has.includes(null)) return []
  const names = textsIn(settings)
  // A list means one of these for roles, and all of these for scopes.
  const any = Array.isArray(settings) === (policy === 'roles')
  const missing = names.filter((name) => !has.some((own) => own?.has(name)))
  return any && missing.length < names.length ? [] : missing
}

/** Policies that show roles to others: what these do with them is not known here. */
const passOn: ReadonlySet<string> = new Set(['caller-token', 'authorizer', 'headers'])

/** Roles that the section `roles` gives and that nothing asks for, by themselves or by what they include. */
function unusedRoles({ roles, steps, operations, admin }: GatewaySpec): Finding[] {
  if (steps.some(({ policy, where }) => passOn.has(policy) && where !== 'default')) return []
  const asked = new Set([
    ...steps.flatMap(({ settings }) => textsIn(settings)),
    ...operations.flatMap(({ authentication }) =>
      authentication.kind === 'anonymous'
        ? []
        : authentication.scopes.flatMap(({ demands }) => demands.flatMap(({ names }) => names)),
    ),
    ...(admin?.callers ?? []).flatMap(({ anyOf }) => anyOf),
  ])
  // Resource policies name a role as `role/name`.
  const used = (name: string): boolean =>
    [...asked].some((text) => text === name || text.endsWith(`/${name}`))
  return roles
    .filter(({ name, includes }) => ![name, ...includes].some(used))
    .map(({ name, source }) => ({
      source,
      message: `role \`${name}\` opens nothing: no operation asks for it`,
      remedy: 'Ask for it under `require.roles`, or remove it.',
    }))
}
