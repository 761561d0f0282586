import { suggest } from '../nearest.ts'
import type { Path } from '../read/tree.ts'
import type { Report } from '../report.ts'
import type { GroupInput, RulesBlock } from '../schema/apis.ts'
import type { Authentication, ScopeAlternative, Source } from '../spec.ts'

/** Any of these groups of identities; all identities of a group. An empty group is "no credential". */
export type Groups = readonly (readonly string[])[]

/** What an OpenAPI document says about an operation, in names of identities; null when it says nothing. */
export interface DocumentSecurity {
  readonly groups: Groups
  readonly scopes: readonly ScopeAlternative[]
  readonly source: Source
}

/** What one block of the configuration says: `anonymous` or `authenticate`. */
export interface Decision {
  readonly authentication: Authentication
  readonly path: Path
}

/** Reads the decision of a block; null when it says nothing. Dangling names and double decisions are reported. */
export function decisionOf(
  at: Path,
  block: RulesBlock,
  identities: readonly string[],
  report: Report,
): Decision | null {
  const { anonymous, authenticate } = block
  if (anonymous !== undefined && authenticate !== undefined) {
    report.refuseKey(
      [...at, 'anonymous'],
      '`anonymous` and `authenticate` contradict each other',
      'Keep one of the two.',
      report.tree.keyOf([...at, 'authenticate']),
    )
  } else if (anonymous !== undefined) {
    const path = [...at, 'anonymous']
    const source = report.tree.keyOf(path)
    return { path, authentication: { kind: 'anonymous', reason: anonymous, source } }
  }
  if (authenticate === undefined) return null
  const path = [...at, 'authenticate']
  const anyOf = authenticate.map((group, index) => groupOf([...path, index], group, identities, report))
  return { path, authentication: { kind: 'required', anyOf, scopes: [], source: report.tree.keyOf(path) } }
}

function groupOf(
  at: Path,
  group: GroupInput,
  identities: readonly string[],
  report: Report,
): readonly string[] {
  const names = typeof group === 'string' ? [group] : [...new Set(group.all)]
  for (const name of names) {
    if (!identities.includes(name)) {
      report.refuse(at, `there is no identity \`${name}\``, suggest(name, identities, 'identity'))
    }
  }
  return names
}

/**
 * Whether what the configuration accepts is at most what the document accepts: each of its groups asks for all that
 * some group of the document asks for.
 */
export function isWithin(decision: Authentication, document: Groups): boolean {
  const groups: Groups = decision.kind === 'anonymous' ? [[]] : decision.anyOf
  return groups.every((group) => document.some((wanted) => wanted.every((name) => group.includes(name))))
}

/** Groups for people: `staff or (partners and device)`. */
export function groupsText(groups: Groups): string {
  if (groups.length === 0) return 'no credential'
  return groups
    .map((group) =>
      group.length === 0 ? 'no credential' : group.length === 1 ? group[0]! : `(${group.join(' and ')})`,
    )
    .join(' or ')
}
