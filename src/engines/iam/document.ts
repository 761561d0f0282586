import { Faults, type PolicyFault, type PolicyNode } from './policy-node.ts'
import type { PrincipalMap, Principals } from './principal.ts'
import { readStatement, type Statement } from './statement.ts'

/** Most statements of one document. */
const mostStatements = 10_000

/** A policy that was read, or all that is wrong with it. */
export type PolicyResult =
  | { readonly ok: true; readonly statements: readonly Statement[] }
  | { readonly ok: false; readonly faults: readonly PolicyFault[] }

/** What a document is read with. */
export interface DocumentRules {
  /** Whom it is attached to, as an identity policy; null for a resource policy, whose statements name principals. */
  readonly attached: Principals | null
  readonly principals: PrincipalMap
}

/** Reads a policy document. Whatever it says and this engine does not do is a fault, never left out. */
export function readPolicyDocument(node: PolicyNode, rules: DocumentRules): PolicyResult {
  const faults = new Faults()
  if (node.kind !== 'object') {
    faults.add(node, 'a policy is not an object', 'Write `{ "Version": "2012-10-17", "Statement": … }`.')
    return { ok: false, faults: faults.list }
  }
  for (const [name, value] of node.members) {
    if (name !== 'Version' && name !== 'Id' && name !== 'Statement')
      faults.add(value, `the element \`${name}\` is not supported`, 'Elements are Version, Id and Statement.')
  }
  const id = node.members.get('Id')
  if (id !== undefined && (id.kind !== 'scalar' || typeof id.value !== 'string'))
    faults.add(id, '`Id` is not text', 'Write a text.')
  const version = node.members.get('Version')
  const written = version?.kind === 'scalar' ? version.value : version === undefined ? '2008-10-17' : null
  if (written !== '2012-10-17' && written !== '2008-10-17')
    faults.add(
      version ?? node,
      'there is no such `Version`',
      'Write `"2012-10-17"`, or `"2008-10-17"`, in which variables are characters as any.',
    )
  const list = node.members.get('Statement')
  const items = list === undefined ? [] : list.kind === 'array' ? list.items : [list]
  if (items.length === 0)
    faults.add(
      list ?? node,
      'the policy has no statement',
      'Write at least one: without any it allows nothing.',
    )
  if (items.length > mostStatements)
    faults.add(list!, `more than ${mostStatements} statements`, 'Split the policy into several.')
  const variables = written === '2012-10-17'
  const sids = new Set<string>()
  const statements = items.slice(0, mostStatements).flatMap((item, index): Statement[] => {
    const statement = readStatement(item, index + 1, { ...rules, variables }, faults)
    if (statement === null) return []
    if (sids.has(statement.title))
      faults.add(item, `${statement.title} stands twice`, 'Give each statement a `Sid` of its own.')
    sids.add(statement.title)
    return [statement]
  })
  return faults.list.length === 0 ? { ok: true, statements } : { ok: false, faults: faults.list }
}
