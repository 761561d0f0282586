import { type DocumentRules, readPolicyDocument } from '../../engines/iam/document.ts'
import { nodeOf, type PolicyFault } from '../../engines/iam/policy-node.ts'
import { PolicySet } from '../../engines/iam/policy-set.ts'
import { readPolicyText } from '../../engines/iam/policy-text.ts'
import { principalsOf } from '../../engines/iam/principal.ts'
import type { Statement } from '../../engines/iam/statement.ts'
import { unsaidParts } from './named-parts.ts'
import { type PolicySource, principalMap, type ResourcePolicySettings } from './settings.ts'

/** The policies of one place, ready to decide. */
export interface LoadedPolicies {
  /** Null where none is written. */
  readonly resource: PolicySet | null
  readonly identity: PolicySet | null
  /** A statement with its file and line, for people. */
  readonly nameOf: (statement: Statement) => string
}

/** Most faults that one message tells. */
const told = 10

/** Reads all documents; throws with every fault, its file, line and remedy. */
export function loadPolicies(
  config: ResourcePolicySettings,
  where: string,
  sourceOf: (at: readonly (string | number)[]) => string,
): LoadedPolicies {
  const names = new Map<Statement, string>()
  const problems: string[] = []
  const principals = principalMap(config.principals)
  const load = (source: PolicySource, rules: DocumentRules): readonly Statement[] => {
    const placeOf = ({ path, line }: Pick<PolicyFault, 'path' | 'line'>): string =>
      source.kind === 'file' ? `${source.file}:${line}` : sourceOf([...source.at, ...path])
    const refuse = (faults: readonly PolicyFault[]): readonly Statement[] => {
      for (const fault of faults)
        problems.push([placeOf(fault), ...pathOf(fault), `${fault.message}. ${fault.remedy}`].join(': '))
      return []
    }
    if (source.kind === 'file' && source.text === null) {
      problems.push(`${source.file}: it cannot be read as a text in UTF-8 of at most 3 MiB.`)
      return []
    }
    const text = source.kind === 'file' ? readPolicyText(source.text ?? '') : null
    if (text?.ok === false) return refuse([text.fault])
    const node = text === null && source.kind === 'inline' ? nodeOf(source.document) : (text?.node ?? null)
    if (node === null) throw new Error('a document that no schema has seen')
    const read = readPolicyDocument(node, rules)
    if (!read.ok) return refuse(read.faults)
    for (const statement of read.statements) {
      names.set(statement, `${statement.title} (${placeOf(statement)})`)
      for (const unsaid of unsaidParts(statement, config))
        problems.push(`${placeOf(statement)}: ${statement.title}: ${unsaid}.`)
    }
    return read.statements
  }
  const resource = config.policies.flatMap((one) => load(one, { attached: null, principals }))
  const identity = config.attach.flatMap(({ to, policies }) =>
    policies.flatMap((one) => load(one, { attached: principalsOf([to]), principals })),
  )
  if (problems.length > 0) {
    const more = problems.length > told ? [`and ${problems.length - told} more.`] : []
    throw new Error(`${where} cannot be used: ${[...problems.slice(0, told), ...more].join(' · ')}`)
  }
  return {
    resource: config.policies.length === 0 ? null : new PolicySet(resource),
    identity: config.attach.length === 0 ? null : new PolicySet(identity),
    nameOf: (statement) => names.get(statement) ?? statement.title,
  }
}

const pathOf = ({ path }: PolicyFault): readonly string[] => (path.length === 0 ? [] : [path.join('.')])
