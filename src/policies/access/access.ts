import { codes } from '../../codes.ts'
import { definePolicy, type Policy, type RequestView } from '../../gateway/policy.ts'
import { type Deny, deny, type Pass, passBy } from '../../gateway/verdict.ts'
import { findingsOf } from './findings.ts'
import { holds, type ReadyRule, readyRule } from './rule.ts'
import { type AccessRule, type AccessSettings, settings } from './settings.ts'

/** A rule with the verdict that it means. */
interface Deciding<V> extends ReadyRule {
  readonly verdict: V
}

/** The rules that can hold for one operation. */
interface Rules {
  readonly allow: readonly Deciding<Pass>[]
  readonly deny: readonly Deciding<Deny>[]
}

/** Decides by rules who may call what: one must allow, none may deny. */
export const access: Policy<AccessSettings> = definePolicy({
  name: 'access',
  phases: ['authorize'],
  place: 'requirement',
  facing: 'untrusted-client',
  onError: 'deny',
  reads: ['caller'],
  writes: [],
  authorizes: true,
  located: true,
  varies: true,
  config: settings,
  denials: [codes.ACCESS_DENIED],
  opens: (_outer, { allow }) =>
    typeof allow === 'string' ? 'every authenticated caller may, but for denials' : null,
  findings: findingsOf,
  identities: ({ allow, deny: denied }) =>
    [...(typeof allow === 'string' ? [] : allow.map(placed('allow'))), ...denied.map(placed('deny'))].flat(),
  setup(config, host) {
    const where = (list: 'allow' | 'deny', rule: AccessRule, index: number): string =>
      `${rule.name === undefined ? `${list} number ${index + 1}` : `\`${rule.name}\``} of ${host.where} (${host.sourceOf([list, index])})`
    const everybody = passBy(`${host.where} (${host.sourceOf(['allow'])}), whoever is proven`)
    const allow =
      typeof config.allow === 'string'
        ? null
        : config.allow.map((rule, index) => allowing(rule, where('allow', rule, index)))
    const denied = config.deny.map((rule, index) => denying(rule, where('deny', rule, index)))
    const nothingAllows = deny(codes.ACCESS_DENIED, {
      reason: `no rule of ${host.where} (${host.sourceOf([])}) allows it`,
    })
    const byOperation = new Map<string, Map<string, Rules>>()
    const seen = new Set<string>()
    const rulesOf = ({ api, operationName }: RequestView): Rules => byOperation.get(api)!.get(operationName)!
    return {
      needs(operation) {
        seen.add(operation.name)
        const rules = {
          allow: allow?.filter(({ covers }) => covers(operation)) ?? [],
          deny: denied.filter(({ covers }) => covers(operation)),
        }
        const operations = byOperation.get(operation.api) ?? new Map<string, Rules>()
        byOperation.set(operation.api, operations.set(operation.name, rules))
        return { object: false, body: false, readBy: null, answer: false }
      },
      ready() {
        const named = [...(typeof config.allow === 'string' ? [] : config.allow), ...config.deny]
        const unknown = named.flatMap(({ operations = [] }) => operations).filter((name) => !seen.has(name))
        if (unknown.length > 0) throw new Error(`there is no operation ${unknown.join(', ')} where it holds`)
      },
      request(request) {
        const caller = request.facts.caller!
        const rules = rulesOf(request)
        for (const rule of rules.deny) if (holds(rule, request, caller)) return rule.verdict
        if (allow === null) return everybody
        for (const rule of rules.allow) if (holds(rule, request, caller)) return rule.verdict
        return nothingAllows
      },
      whyNot: (request) => nearest(rulesOf(request), request),
    }
  },
})

function allowing(rule: AccessRule, where: string): Deciding<Pass> {
  return { ...readyRule(rule, where, false), verdict: passBy(where) }
}

function denying(rule: AccessRule, where: string): Deciding<Deny> {
  return {
    ...readyRule(rule, where, true),
    verdict: deny(codes.ACCESS_DENIED, { reason: `denied by ${where}` }),
  }
}

/** Where the identities of a rule stand in the settings. */
const placed =
  (list: 'allow' | 'deny') =>
  ({ identities = [], callers = [] }: AccessRule, index: number) => [
    ...identities.map((name, at) => ({ at: [list, index, 'identities', at], name })),
    ...callers.map((caller, at) => ({ at: [list, index, 'callers', at], name: caller.split('/', 1)[0]! })),
  ]

/** The rule that would allow with the fewest changes, unless one denies. */
function nearest({ allow, deny: denied }: Rules, request: RequestView): string | null {
  const caller = request.facts.caller!
  const against = denied.find((rule) => holds(rule, request, caller))
  if (against !== undefined) return `nothing allows what is denied by ${against.where}`
  const lacking = allow
    .map(({ where, conditions }) => ({
      where,
      lacks: conditions.filter((condition) => !condition.holds(request, caller)).map(({ text }) => text),
    }))
    .toSorted((one, other) => one.lacks.length - other.lacks.length)
  const [first] = lacking
  return first === undefined
    ? 'no rule allows anybody this operation'
    : `${first.where} would allow with ${first.lacks.join(', and ')}`
}
