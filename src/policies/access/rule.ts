import { claimAt, claimPathOf } from '../../engines/claims/claim-path.ts'
import { NetworkSet } from '../../engines/networks/network-set.ts'
import type { Caller } from '../../gateway/facts.ts'
import type { OperationOutline, RequestView } from '../../gateway/policy.ts'
import { clockOf, readDays, readMinute } from './clock.ts'
import { pathPattern } from './path-pattern.ts'
import type { AccessRule, TimeCondition } from './settings.ts'

/** One condition of a rule. */
export interface Condition {
  /** What it asks for, for people. */
  readonly text: string
  holds(request: RequestView, caller: Caller): boolean
}

/** A rule, ready to be asked. */
export interface ReadyRule {
  /** Its name or number, with file and line. */
  readonly where: string
  /** Whether it can hold for an operation at all: decided once a plan. */
  readonly covers: (operation: Pick<OperationOutline, 'name' | 'method'>) => boolean
  /** Those that depend on the request, the cheapest first. */
  readonly conditions: readonly Condition[]
}

/** Prepares a rule. One that denies is loose about paths, one that allows is exact. */
export function readyRule(rule: AccessRule, where: string, denies: boolean): ReadyRule {
  const { operations, methods } = rule
  return {
    where,
    // `*` is the operation of `undeclared: observe`: only the request says its method.
    covers: ({ name, method }) =>
      (operations === undefined || operations.includes(name)) &&
      (methods === undefined || method === '*' || methods.includes(method)),
    conditions: [
      ...(methods === undefined ? [] : [methodCondition(methods)]),
      ...oneOf('identity', rule.identities, ({ identity }, list) => list.has(identity)),
      ...oneOf('caller', rule.callers, ({ identity, id }, list) => list.has(`${identity}/${id}`)),
      ...oneOf('role', rule.roles, ({ roles }, list) => roles.some((role) => list.has(role))),
      ...oneOf('scope', rule.scopes, ({ scopes }, list) => scopes.some((scope) => list.has(scope))),
      ...Object.entries(rule.claims ?? {}).map(([path, values]) => claimCondition(path, values)),
      ...(rule.paths === undefined ? [] : [pathCondition(rule.paths, denies)]),
      ...(rule.networks === undefined ? [] : [networkCondition(rule.networks)]),
      ...(rule.time === undefined ? [] : [timeCondition(rule.time)]),
    ],
  }
}

/** Whether all conditions hold. */
export function holds(rule: ReadyRule, request: RequestView, caller: Caller): boolean {
  for (const condition of rule.conditions) if (!condition.holds(request, caller)) return false
  return true
}

function oneOf(
  what: string,
  list: readonly string[] | undefined,
  has: (caller: Caller, list: ReadonlySet<string>) => boolean,
): readonly Condition[] {
  if (list === undefined) return []
  const set = new Set(list)
  return [{ text: `${what} ${list.join(' or ')}`, holds: (_request, caller) => has(caller, set) }]
}

function claimCondition(path: string, values: readonly string[]): Condition {
  const at = claimPathOf(path)
  const set = new Set(values)
  const is = (value: unknown): boolean =>
    typeof value === 'string'
      ? set.has(value)
      : (typeof value === 'boolean' || Number.isSafeInteger(value)) && set.has(String(value))
  return {
    text: `claim ${path} ${values.join(' or ')}`,
    holds: (_request, { claims }) => {
      const value = claimAt(claims, at)
      return Array.isArray(value) ? value.some(is) : is(value)
    },
  }
}

function methodCondition(methods: readonly string[]): Condition {
  const set = new Set(methods)
  return { text: `method ${methods.join(' or ')}`, holds: ({ method }) => set.has(method) }
}

function pathCondition(patterns: readonly string[], loose: boolean): Condition {
  const matches = patterns.map((pattern) => pathPattern(pattern, loose))
  return { text: `path ${patterns.join(' or ')}`, holds: ({ path }) => matches.some((match) => match(path)) }
}

function networkCondition(list: readonly string[]): Condition {
  const set = new NetworkSet(list)
  return { text: `network ${list.join(' or ')}`, holds: ({ clientAddress }) => set.has(clientAddress) }
}

function timeCondition({ days, from, to, zone, notBefore, notAfter }: TimeCondition): Condition {
  const clock = clockOf(zone)
  const onDays = new Set((days ?? ['sun-sat']).flatMap((day) => readDays(day)!))
  const [begin, end] = [readMinute(from ?? '00:00')!, readMinute(to ?? '24:00')!]
  const first = notBefore === undefined ? Number.NEGATIVE_INFINITY : Date.parse(notBefore)
  const last = notAfter === undefined ? Number.POSITIVE_INFINITY : Date.parse(notAfter)
  const within = (day: number, minute: number): boolean => {
    if (begin < end) return onDays.has(day) && minute >= begin && minute < end
    // Over midnight: the hours after it belong to the day before.
    return minute >= begin ? onDays.has(day) : minute < end && onDays.has((day + 6) % 7)
  }
  return {
    text: `time ${JSON.stringify({ days, from, to, zone, notBefore, notAfter })}`,
    holds: ({ startedAt }) => {
      if (startedAt < first || startedAt >= last) return false
      const { day, minute } = clock.at(startedAt)
      return within(day, minute)
    },
  }
}
