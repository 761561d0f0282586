import type { GatewaySpec } from '../../config/spec.ts'

/** Roles and scopes that a configuration speaks of, each once, in order. */
export interface MentionedNames {
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
}

/** Gathers the names from the section `roles`, from the documents and from the settings of policies. */
export function mentionedNames(spec: GatewaySpec): MentionedNames {
  const roles = new Set(spec.roles.map(({ name }) => name))
  const scopes = new Set<string>()
  for (const { policy, settings } of spec.steps) gather({ [policy]: settings }, roles, scopes)
  for (const { authentication } of spec.operations) {
    if (authentication.kind === 'anonymous') continue
    // Where a document may mean either, a name that is a role elsewhere is one here.
    for (const { names, rolesToo } of authentication.scopes.flatMap(({ demands }) => demands))
      for (const name of names) if (!rolesToo || !roles.has(name)) scopes.add(name)
  }
  return { roles: [...roles].toSorted(), scopes: [...scopes].toSorted() }
}

/** Adds what stands under a key `roles` or `scopes`, at any depth. */
export function gather(value: unknown, roles: Set<string>, scopes: Set<string>): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'roles') for (const text of textsIn(inner)) roles.add(text)
    else if (key === 'scopes') for (const text of textsIn(inner)) scopes.add(text)
    else gather(inner, roles, scopes)
  }
}

/** All texts in a value, at any depth. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}
