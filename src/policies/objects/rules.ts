import { type ClaimPath, claimPathOf } from '../../engines/claims/claim-path.ts'
import type { Caller } from '../../gateway/facts.ts'
import type { OperationOutline } from '../../gateway/policy.ts'
import type { Except, ObjectsSettings, Rule } from './settings.ts'

/** A rule, ready to be asked. */
export interface ReadyRule {
  readonly rule: Rule
  /** Index of the path parameter; -1 for rules of another kind. */
  readonly parameter: number
  readonly at: ClaimPath
  /** For `list` and `hide`: where the list is; null where there is none. */
  readonly list: ClaimPath | null
  readonly fields: readonly ClaimPath[]
  readonly claim: ClaimPath | null
  /** `file:line`, and what the rule says. */
  readonly where: string
}

/** The rules of one operation. */
export interface ReadyRules {
  readonly before: readonly ReadyRule[]
  readonly after: readonly ReadyRule[]
  readonly readBy: string | null
  readonly readsBody: boolean
}

/** Rules that are met before the request goes up. The others need the answer. */
const isBefore = (rule: Rule): boolean =>
  rule.answer === undefined && rule.list === undefined && rule.hide === undefined

/** Prepares the rules of one operation. Throws what an operator must change. */
export function readyRules(
  rules: readonly Rule[],
  config: ObjectsSettings,
  operation: OperationOutline,
  sourceOf: (index: number) => string,
): ReadyRules {
  for (const rule of rules) checkMethod(rule, operation)
  const ready = rules.map((rule, index) => readyRule(rule, config, operation, sourceOf(index)))
  const reads = [...new Set(rules.flatMap(({ read }) => read?.by ?? []))]
  if (reads.length > 1)
    throw new Error(
      `the rules of ${operation.name} read the object by ${reads.join(' and by ')}: name one of them`,
    )
  const readsBody = rules.some(({ body, set }) => body !== undefined || set !== undefined)
  const asks = ['POST', 'PUT', 'PATCH'].includes(operation.method)
  if (asks && rules.some(({ query }) => query !== undefined) && !readsBody)
    throw new Error(
      `${operation.name} is judged by its query, and services may find the same name in its body: write a rule for \`body\` or \`set\` beside it`,
    )
  if (readsBody && (operation.method === 'GET' || operation.method === 'HEAD') && !operation.bodyDeclared)
    throw new Error(`${operation.name} has no body that a rule could judge`)
  return {
    before: ready.filter(({ rule }) => isBefore(rule)),
    after: ready.filter(({ rule }) => !isBefore(rule)),
    readBy: reads[0] ?? null,
    readsBody,
  }
}

/** Reading is decided on the answer, writing never: it would be done by then. */
function checkMethod(rule: Rule, { name, method }: OperationOutline): void {
  if (isBefore(rule)) return
  if (method === 'HEAD')
    throw new Error(`${name} is a HEAD, whose answer has nothing to judge: write \`read\` or \`path\``)
  const reads = method === 'GET' || method === 'QUERY' || (method === 'POST' && rule.list !== undefined)
  if (!reads && rule.hide === undefined)
    throw new Error(
      `${name} is a ${method}, which would be done before its answer is judged: write \`read\`, \`body\` or \`path\``,
    )
}

function readyRule(
  rule: Rule,
  config: ObjectsSettings,
  { name, template }: OperationOutline,
  source: string,
): ReadyRule {
  const parameters = [...template.matchAll(/\{([^}]*)\}/g)].map(([, parameter]) => parameter)
  const parameter = rule.path === undefined ? -1 : parameters.indexOf(rule.path)
  if (rule.path !== undefined && parameter < 0)
    throw new Error(
      `the path of ${name} has no parameter ${rule.path}: it has ${parameters.join(', ') || 'none'}`,
    )
  const claim = rule.claim ?? config.claim
  const at = rule.body ?? rule.read?.at ?? rule.answer ?? rule.list?.owner
  const list = rule.list?.at ?? rule.hide?.in ?? null
  return {
    rule,
    parameter,
    at: at === undefined ? [] : claimPathOf(at),
    list: list === null ? null : list === '' ? [] : claimPathOf(list),
    fields: (rule.hide?.fields ?? []).map(claimPathOf),
    claim: claim === null ? null : claimPathOf(claim),
    where: `${kindOf(rule)} of ${name} (${source})`,
  }
}

function kindOf(rule: Rule): string {
  const [kind] = Object.entries(rule).find(
    ([key, value]) => value !== undefined && !extras.includes(key),
  ) ?? ['']
  return `\`${kind}\``
}

const extras: readonly string[] = ['claim', 'except', 'optional']

/** Whether rules leave a caller alone. */
export function isExcepted(caller: Caller, { identities, roles, scopes }: Except): boolean {
  return (
    identities?.includes(caller.identity) === true ||
    roles?.some((role) => caller.roles.includes(role)) === true ||
    scopes?.some((scope) => caller.scopes.includes(scope)) === true
  )
}
