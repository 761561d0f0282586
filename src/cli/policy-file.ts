import { readPolicyDocument } from '../engines/iam/document.ts'
import type { PolicyNode } from '../engines/iam/policy-node.ts'
import { readPolicyText } from '../engines/iam/policy-text.ts'
import { everyone, type PrincipalMap } from '../engines/iam/principal.ts'
import type { Statement } from '../engines/iam/statement.ts'

/** A policy file as `policy simulate` takes it. */
export interface SimulatedFile {
  readonly name: string
  /** A resource policy names principals; any other is taken as attached to the caller. */
  readonly kind: 'resource' | 'identity'
  readonly statements: readonly Statement[]
}

/** A file that was read, or all that is wrong with it, a line each. */
export type PolicyFileResult =
  | { readonly ok: true; readonly file: SimulatedFile }
  | { readonly ok: false; readonly problems: readonly string[] }

/** Reads the text of a policy file. */
export function readPolicyFile(name: string, text: string, principals: PrincipalMap): PolicyFileResult {
  const read = readPolicyText(text)
  const kind = read.ok && namesPrincipals(read.node) ? 'resource' : 'identity'
  const policy = read.ok
    ? readPolicyDocument(read.node, { attached: kind === 'resource' ? null : everyone, principals })
    : { ok: false as const, faults: [read.fault] }
  if (policy.ok) return { ok: true, file: { name, kind, statements: policy.statements } }
  const problems = policy.faults.map(
    ({ line, path, message, remedy }) =>
      `${name}:${line}: ${path.length === 0 ? '' : `${path.join('.')}: `}${message}. ${remedy}`,
  )
  return { ok: false, problems }
}

function namesPrincipals(node: PolicyNode): boolean {
  const list = node.kind === 'object' ? node.members.get('Statement') : undefined
  const items = list?.kind === 'array' ? list.items : list === undefined ? [] : [list]
  return items.some(
    (item) => item.kind === 'object' && (item.members.has('Principal') || item.members.has('NotPrincipal')),
  )
}
