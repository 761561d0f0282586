import { readAction } from './action.ts'
import { type Condition, readConditions } from './condition.ts'
import type { ContextKey } from './context-keys.ts'
import type { Glob } from './glob.ts'
import type { Faults, ObjectNode, PolicyNode } from './policy-node.ts'
import { isAmong, type PrincipalMap, type Principals, readPrincipals } from './principal.ts'
import type { IamResource, RequestFacts } from './request-facts.ts'
import { isResource, type ResourcePattern, readResource } from './resource.ts'
import type { ReadVariable } from './template.ts'

/** A statement of a policy. Several values of an element are alternatives; all elements must fit. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny'
  /** `Sid`, or its number in the document, from 1. */
  readonly title: string
  readonly path: readonly (string | number)[]
  /** Line in its file; 0 without one. */
  readonly line: number
  readonly principals: Principals
  /** `NotPrincipal`, `NotAction`, `NotResource` were written. */
  readonly notPrincipal: boolean
  readonly notAction: boolean
  readonly notResource: boolean
  readonly actions: readonly Glob[]
  readonly resources: readonly ResourcePattern[]
  readonly conditions: readonly Condition[]
}

/** What is asked: an action on a resource. */
export interface Asked {
  /** In lower case. */
  readonly action: string
  readonly resource: IamResource
  readonly facts: RequestFacts
  /** The values of a key, found once a request; null where the request does not have it. */
  readonly values: (key: ContextKey) => readonly string[] | null
  readonly read: ReadVariable
}

/** Which element of a statement does not fit. */
export type Misfit = 'principal' | 'action' | 'resource' | Condition

/** The first element that does not fit; null where the statement applies. */
export function misfit(statement: Statement, asked: Asked): Misfit | null {
  if (isAmong(statement.principals, asked.facts.caller) === statement.notPrincipal) return 'principal'
  if (statement.actions.some((action) => action.test(asked.action)) === statement.notAction) return 'action'
  if (!resourceFits(statement, asked)) return 'resource'
  for (const condition of statement.conditions)
    if (!condition.holds(asked.values, asked.read)) return condition
  return null
}

/** All elements that do not fit. */
export function misfits(statement: Statement, asked: Asked): readonly Misfit[] {
  const { principals, notPrincipal, actions, notAction, conditions } = statement
  const found: Misfit[] = []
  if (isAmong(principals, asked.facts.caller) === notPrincipal) found.push('principal')
  if (actions.some((action) => action.test(asked.action)) === notAction) found.push('action')
  if (!resourceFits(statement, asked)) found.push('resource')
  return [...found, ...conditions.filter((condition) => !condition.holds(asked.values, asked.read))]
}

function resourceFits(statement: Statement, asked: Asked): boolean {
  const named = statement.resources.some((pattern) => isResource(pattern, asked.resource, asked.read))
  if (!statement.notResource) return named
  // A variable without a value names nothing: "all but that" must not come to "all" where it allows.
  const known = statement.resources.every(({ resource }) => resource?.isResolved(asked.read) ?? true)
  return !named && (known || statement.effect === 'Deny')
}

/** What statements of one document are read with. */
export interface StatementRules {
  /** Version 2012-10-17. */
  readonly variables: boolean
  /** Whom it is attached to: of an identity policy, whose statements name nobody. Null for a resource policy. */
  readonly attached: Principals | null
  readonly principals: PrincipalMap
}

const elements: ReadonlySet<string> = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
])

/** Reads a statement; null after a fault. */
export function readStatement(
  node: PolicyNode,
  number: number,
  rules: StatementRules,
  faults: Faults,
): Statement | null {
  if (node.kind !== 'object') {
    faults.add(node, 'a statement is not an object', 'Write `{ "Effect": …, "Action": …, "Resource": … }`.')
    return null
  }
  const before = faults.list.length
  for (const [name, value] of node.members) {
    if (!elements.has(name))
      faults.add(
        value,
        `the element \`${name}\` is not supported`,
        `Elements are ${[...elements].join(', ')}.`,
      )
  }
  const sid = node.members.get('Sid')
  if (sid !== undefined && (sid.kind !== 'scalar' || typeof sid.value !== 'string'))
    faults.add(sid, '`Sid` is not text', 'Write a text.')
  const effect = node.members.get('Effect')
  const said = effect?.kind === 'scalar' ? effect.value : undefined
  if (said !== 'Allow' && said !== 'Deny')
    faults.add(effect ?? node, '`Effect` is neither `Allow` nor `Deny`', 'Write one of the two, exactly so.')
  const who = principalsFor(node, rules, faults)
  const [actionNode, notAction] = eitherOf(node, 'Action', faults)
  const [resourceNode, notResource] = eitherOf(node, 'Resource', faults)
  const actions = textsOf(actionNode, faults).flatMap(([item, text]): Glob[] => {
    const action = readAction(text)
    if (typeof action !== 'string') return [action]
    faults.add(item, `the action \`${text}\` is not supported`, action)
    return []
  })
  const resources = textsOf(resourceNode, faults).flatMap(([item, text]): ResourcePattern[] => {
    const resource = readResource(text, rules.variables)
    if (resource.ok) return [resource.pattern]
    faults.add(item, resource.message, resource.remedy)
    return []
  })
  const condition = node.members.get('Condition')
  const conditions = condition === undefined ? [] : readConditions(condition, rules.variables, faults)
  if (faults.list.length > before || who === null || (said !== 'Allow' && said !== 'Deny')) return null
  const title =
    sid?.kind === 'scalar' && sid.value !== '' ? `statement "${sid.value}"` : `statement ${number}`
  return {
    effect: said,
    title,
    path: node.path,
    line: node.line,
    ...who,
    notAction,
    notResource,
    actions,
    resources,
    conditions,
  }
}

function principalsFor(
  node: ObjectNode,
  { attached, principals }: StatementRules,
  faults: Faults,
): Pick<Statement, 'principals' | 'notPrincipal'> | null {
  const named = node.members.get('Principal')
  const notNamed = node.members.get('NotPrincipal')
  const one = named ?? notNamed
  if (attached !== null) {
    if (one === undefined) return { principals: attached, notPrincipal: false }
    faults.add(
      one,
      'a policy that is attached to a role or a caller names a principal',
      'Remove it: the policy is about whom it is attached to.',
    )
    return null
  }
  if (one === undefined || (named !== undefined && notNamed !== undefined)) {
    faults.add(
      node,
      'a statement of a resource policy needs `Principal` or `NotPrincipal`, and not both',
      'Write `"Principal": "*"` for everybody.',
    )
    return null
  }
  const effect = node.members.get('Effect')
  if (notNamed !== undefined && effect?.kind === 'scalar' && effect.value === 'Allow') {
    faults.add(
      notNamed,
      '`NotPrincipal` with `Allow` is not supported, by AWS neither: it would allow the anonymous',
      'Use it with `Deny` only.',
    )
    return null
  }
  const who = readPrincipals(one, principals, faults)
  return who === null ? null : { principals: who, notPrincipal: named === undefined }
}

/** The element or its opposite, of which a statement has one. */
function eitherOf(node: ObjectNode, name: string, faults: Faults): [PolicyNode | null, boolean] {
  const positive = node.members.get(name)
  const negative = node.members.get(`Not${name}`)
  if ((positive === undefined) === (negative === undefined)) {
    faults.add(node, `a statement needs \`${name}\` or \`Not${name}\`, and not both`, 'Write one of the two.')
    return [null, false]
  }
  return [positive ?? negative ?? null, positive === undefined]
}

function textsOf(node: PolicyNode | null, faults: Faults): readonly (readonly [PolicyNode, string])[] {
  if (node === null) return []
  const items = node.kind === 'array' ? node.items : [node]
  if (items.length === 0) faults.add(node, 'the list is empty', 'Write at least one value.')
  return items.flatMap((item): [PolicyNode, string][] => {
    if (item.kind === 'scalar' && typeof item.value === 'string' && item.value !== '')
      return [[item, item.value]]
    faults.add(item, 'this is not text', 'Write a text, or a list of texts.')
    return []
  })
}
