import { codes } from '../../codes.ts'
import type { Caller } from '../../gateway/facts.ts'
import {
  definePolicy,
  type HeldAnswer,
  type JsonBody,
  type ObjectAnswer,
  type ObjectNeeds,
  type Policy,
  type ReadObject,
  type RequestView,
} from '../../gateway/policy.ts'
import { type Deny, deny, pass, passBy, type Verdict } from '../../gateway/verdict.ts'
import { ambiguous, belongs, memberAt, ownOf } from './belonging.ts'
import { hiddenInError, judgeAnswer } from './judge-answer.ts'
import { parameterOf } from './query-parameter.ts'
import { isExcepted, type ReadyRule, type ReadyRules, readyRules } from './rules.ts'
import { type ObjectsSettings, settings } from './settings.ts'

/** Longer than a service usually has to answer: the read of an object waits for it. */
const longestReadMs = 20_000

const nothing: ObjectNeeds = { object: false, body: false, readBy: null, answer: false }

/** Decides by whose an object is, and what of it may be set and seen. */
export const objects: Policy<ObjectsSettings> = definePolicy({
  name: 'objects',
  phases: ['authorize-object', 'authorize-answer'],
  place: 'setting',
  facing: 'untrusted-client',
  onError: 'deny',
  timeout: longestReadMs,
  reads: [],
  mayRead: ['caller'],
  writes: [],
  located: true,
  varies: true,
  config: settings,
  denials: [codes.OBJECT_NOT_FOUND, codes.OBJECT_FORBIDDEN, codes.ANSWER_UNREADABLE, codes.OBJECT_UNREADABLE],
  opens,
  identities: ({ identities, except, operations }) => [
    ...(identities ?? []).map((name, index) => ({ at: ['identities', index], name })),
    ...(except.identities ?? []).map((name, index) => ({ at: ['except', 'identities', index], name })),
    ...Object.entries(operations).flatMap(([operation, rules]) =>
      ('free' in rules ? [] : rules).flatMap((rule) =>
        (rule.except?.identities ?? []).map((name) => ({ at: ['operations', operation], name })),
      ),
    ),
  ],
  setup(config, host) {
    const byApi = new Map<string, Map<string, ReadyRules>>()
    const rulesOf = ({ api, operationName }: RequestView): ReadyRules => byApi.get(api)!.get(operationName)!
    const named = new Set<string>()
    const passed = passBy(`objects (${host.sourceOf([])})`)
    const judge = new Judge(config)
    return {
      needs(operation) {
        const rules = Object.hasOwn(config.operations, operation.name)
          ? config.operations[operation.name]!
          : undefined
        if (rules === undefined) {
          if (operation.authentication.kind === 'anonymous') return nothing
          throw new Error(
            `${operation.name} has no rule. Write one under \`operations\`, or \`${operation.name}: { free: "why" }\``,
          )
        }
        named.add(operation.name)
        if ('free' in rules) return nothing
        const ready = readyRules(rules, config, operation, (index) =>
          host.sourceOf(['operations', operation.name, ...(rules.length > 1 ? [index] : [])]),
        )
        const operations = byApi.get(operation.api) ?? new Map<string, ReadyRules>()
        byApi.set(operation.api, operations.set(operation.name, ready))
        return {
          object: ready.before.length > 0,
          body: ready.readsBody,
          readBy: ready.readBy,
          answer: ready.after.length > 0,
        }
      },
      ready() {
        const unknown = Object.keys(config.operations).filter((name) => !named.has(name))
        if (unknown.length > 0) throw new Error(`there is no operation ${unknown.join(', ')} where it holds`)
      },
      judges: ({ facts }) => facts.caller === undefined || judge.holdsFor(facts.caller),
      object(request, body, read) {
        const verdict = judge.before(rulesOf(request).before, request, body, read)
        return verdict === pass ? passed : verdict
      },
      answer(request, answer) {
        const verdict = judge.after(rulesOf(request).after, request, answer)
        return verdict === pass ? passed : verdict
      },
    }
  },
})

/** Asks the rules. */
class Judge {
  readonly #config: ObjectsSettings

  constructor(config: ObjectsSettings) {
    this.#config = config
  }

  /** Whether the rules hold for a caller at all. */
  holdsFor(caller: Caller): boolean {
    const { identities, except } = this.#config
    return (identities === null || identities.includes(caller.identity)) && !isExcepted(caller, except)
  }

  before(
    rules: readonly ReadyRule[],
    request: RequestView,
    body: JsonBody | null,
    read: ReadObject,
  ): Verdict | Promise<Verdict> {
    const mine = this.#holding(rules, request)
    if ('kind' in mine) return mine
    const reads: ReadyRule[] = []
    for (const one of mine.rules) {
      if (one.rule.read !== undefined) reads.push(one)
      else {
        const verdict = this.#beforeOne(one, request, mine.caller, body)
        if (verdict !== pass) return verdict
      }
    }
    return reads.length === 0 ? pass : this.#byReading(reads, mine.caller, read)
  }

  #beforeOne(one: ReadyRule, request: RequestView, caller: Caller, body: JsonBody | null): Verdict {
    const { rule, parameter, at, where, claim } = one
    if (rule.set !== undefined) return setsOnly(rule.set, body, where)
    const own = ownOf(caller, claim)
    if (rule.path !== undefined)
      return belongs(request.pathParameters[parameter], own) ? pass : this.#another(where)
    const value = rule.query === undefined ? memberOf(body, at) : parameterOf(request.query, rule.query)
    if (value === undefined && rule.optional === true) return pass
    // The caller named the owner itself: there is no object yet whose being there could be hidden.
    return value !== ambiguous && belongs(value, own) ? pass : forbidden(where)
  }

  async #byReading(rules: readonly ReadyRule[], caller: Caller, read: ReadObject): Promise<Verdict> {
    let found: ObjectAnswer
    try {
      found = await read()
    } catch (error) {
      return deny(codes.OBJECT_UNREADABLE, { reason: error instanceof Error ? error.message : 'it failed' })
    }
    const { status, json } = found
    if (status === 404 || status === 410) return notFound('the service has no such object')
    if (status === 403) return this.#another('the service itself')
    if (status < 200 || status > 299 || json === null)
      return deny(codes.OBJECT_UNREADABLE, { reason: `the read of the object was answered ${status}` })
    for (const { at, where, claim } of rules)
      if (!belongs(memberAt(json.value, at), ownOf(caller, claim))) return this.#another(where)
    return pass
  }

  after(rules: readonly ReadyRule[], request: RequestView, answer: HeldAnswer): Verdict {
    const mine = this.#holding(rules, request)
    if ('kind' in mine) return mine
    if (mine.rules.length === 0) return pass
    const { status, json } = answer
    if (status === 404 || status === 410) return notFound('the service has no such object')
    // A service that judges by itself refuses what is another's and finds no others: both must look alike.
    if (status === 403 && mine.rules.some(({ rule }) => rule.answer !== undefined))
      return this.#another('the service itself')
    // An error of the service is its own; a redirect leads to what nobody has judged.
    if (status >= 400) {
      if (json !== null) answer.remove(hiddenInError(mine.rules, json.value))
      else if (!answer.empty && mine.rules.some(({ rule }) => rule.hide !== undefined))
        return deny(codes.ANSWER_UNREADABLE, { reason: `an error ${status} in which nothing can be hidden` })
      return pass
    }
    // A write is done by then: there is nothing in the answer that could be hidden.
    if (answer.empty && mine.rules.every(({ rule }) => rule.hide !== undefined)) return pass
    if (status > 299 || json === null)
      return deny(codes.ANSWER_UNREADABLE, { reason: `an answer ${status} without JSON cannot be judged` })
    const removals = []
    for (const one of mine.rules) {
      const judged = judgeAnswer(one, json.value, ownOf(mine.caller, one.claim))
      if (judged === 'not-owned') return this.#another(one.where)
      if (judged === 'unreadable')
        return deny(codes.ANSWER_UNREADABLE, { reason: `there is no list where ${one.where} looks for one` })
      removals.push(...judged)
    }
    answer.remove(removals)
    return pass
  }

  /** The rules that hold for the caller. A request without a caller owns nothing. */
  #holding(
    rules: readonly ReadyRule[],
    { facts }: RequestView,
  ): { caller: Caller; rules: readonly ReadyRule[] } | Deny {
    const { caller } = facts
    if (caller === undefined) return forbidden('a request without a caller')
    if (!this.holdsFor(caller)) return { caller, rules: none }
    return {
      caller,
      rules: rules.filter(({ rule }) => rule.except === undefined || !isExcepted(caller, rule.except)),
    }
  }

  #another(where: string): Deny {
    return this.#config.others === 'hide' ? notFound(`another's, by ${where}`) : forbidden(where)
  }
}

const none: readonly ReadyRule[] = []

function notFound(reason: string): Deny {
  return deny(codes.OBJECT_NOT_FOUND, { reason })
}

function forbidden(where: string): Deny {
  return deny(codes.OBJECT_FORBIDDEN, { reason: `refused by ${where}` })
}

function memberOf(body: JsonBody | null, at: ReadyRule['at']): unknown {
  // A list, or a patch in another format, may set the owner in ways that no path finds.
  if (body === null) return undefined
  const { value } = body
  return typeof value !== 'object' || value === null || Array.isArray(value) ? ambiguous : memberAt(value, at)
}

/** Whether a body sets no other fields than these. */
function setsOnly(fields: readonly string[], body: JsonBody | null, where: string): Verdict {
  if (body === null) return pass
  if (typeof body.value !== 'object' || body.value === null || Array.isArray(body.value))
    return forbidden(where)
  const other = Object.keys(body.value).some((name) => !fields.includes(name))
  return other ? forbidden(where) : pass
}

/** Another block replaces the rules: what it leaves out is told. */
function opens(outer: ObjectsSettings | undefined, inner: ObjectsSettings): string | null {
  if (outer === undefined) return null
  return JSON.stringify(outer) === JSON.stringify(inner) ? null : 'other rules about objects than outside'
}
