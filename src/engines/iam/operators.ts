import { parseNetwork } from '../networks/network.ts'
import { NetworkSet } from '../networks/network-set.ts'
import { nullArnValue, readArnPattern } from './arn-pattern.ts'
import type { KeyType } from './context-keys.ts'
import { type ReadVariable, readTemplate, type TemplateRules } from './template.ts'
import { canonicalBase64, readBool, readDate, readNumber } from './typed-values.ts'

/** Whether a value of the request meets a value, or values, of the policy. */
export type ValueTest = (value: string, read: ReadVariable) => boolean

/** A value of a policy that was read, or what to write instead. */
export type ValueResult =
  | { readonly ok: true; readonly test: ValueTest }
  | { readonly ok: false; readonly message: string; readonly remedy: string }

/** How an operator compares, before `Not`. */
export interface Comparison {
  /** Types of keys that it compares; keys of type `any` always. */
  readonly types: readonly KeyType[]
  /** Reads the policy's values for one key; one of them is enough. */
  readonly read: (values: readonly string[], variables: boolean) => ValueResult
}

const anyOf = (values: readonly string[], read: (value: string) => ValueResult): ValueResult => {
  const tests: ValueTest[] = []
  for (const value of values) {
    const result = read(value)
    if (!result.ok) return result
    tests.push(result.test)
  }
  if (tests.length === 1) return { ok: true, test: tests[0]! }
  return { ok: true, test: (value, variable) => tests.some((test) => test(value, variable)) }
}

const text =
  (rules: Omit<TemplateRules, 'variables'>) =>
  (values: readonly string[], variables: boolean): ValueResult =>
    anyOf(values, (value) => {
      const result = readTemplate(value, { ...rules, variables })
      if (!result.ok) return result
      const { template } = result
      return { ok: true, test: (one, read) => template.test(one, read) }
    })

const ordered =
  (parse: (text: string) => number, form: string, holds: (value: number, bound: number) => boolean) =>
  (values: readonly string[]): ValueResult =>
    anyOf(values, (value) => {
      const bound = parse(value)
      if (Number.isNaN(bound))
        return { ok: false, message: `\`${value}\` is not ${form}`, remedy: `Write ${form}.` }
      return { ok: true, test: (one) => holds(parse(one), bound) }
    })

const relations = {
  Equals: (value: number, bound: number): boolean => value === bound,
  LessThan: (value: number, bound: number): boolean => value < bound,
  LessThanEquals: (value: number, bound: number): boolean => value <= bound,
  GreaterThan: (value: number, bound: number): boolean => value > bound,
  GreaterThanEquals: (value: number, bound: number): boolean => value >= bound,
} as const

const addresses = (values: readonly string[]): ValueResult => {
  for (const value of values) {
    const network = parseNetwork(value)
    if (!network.ok)
      return {
        ok: false,
        message: network.problem,
        remedy: 'Write an address or a network, such as 203.0.113.0/24.',
      }
  }
  const set = new NetworkSet(values)
  return { ok: true, test: (value) => set.has(value) }
}

const bool = (values: readonly string[]): ValueResult =>
  anyOf(values, (value) => {
    const wanted = readBool(value)
    if (wanted === null)
      return {
        ok: false,
        message: `\`${value}\` is neither true nor false`,
        remedy: 'Write `"true"` or `"false"`.',
      }
    return { ok: true, test: (one) => readBool(one) === wanted }
  })

const binary = (values: readonly string[]): ValueResult =>
  anyOf(values, (value) => {
    const wanted = canonicalBase64(value)
    if (wanted === null)
      return {
        ok: false,
        message: `\`${value}\` is not Base64`,
        remedy: 'Write the bytes in Base64 (RFC 4648 §4).',
      }
    return { ok: true, test: (one) => canonicalBase64(one) === wanted }
  })

const arn = (values: readonly string[], variables: boolean): ValueResult =>
  anyOf(values, (value) => {
    const result = readArnPattern(value, variables)
    if (!result.ok) return result
    const { pattern } = result
    return { ok: true, test: (one, read) => !nullArnValue(one) && pattern.test(one, read) }
  })

const dateOf = 'a date such as 2027-01-31T00:00:00Z, or seconds since 1970'
const texts: readonly KeyType[] = ['string', 'bool', 'arn']
const arns: readonly KeyType[] = ['arn', 'string']

const comparisons = new Map<string, Comparison>([
  ['StringEquals', { types: texts, read: text({ wildcards: false }) }],
  ['StringEqualsIgnoreCase', { types: texts, read: text({ wildcards: false, ignoreCase: true }) }],
  ['StringLike', { types: texts, read: text({ wildcards: true }) }],
  ['Bool', { types: ['bool'], read: bool }],
  ['BinaryEquals', { types: [], read: binary }],
  ['IpAddress', { types: ['ip'], read: addresses }],
  ['ArnEquals', { types: arns, read: arn }],
  ['ArnLike', { types: arns, read: arn }],
  ...Object.entries(relations).flatMap(([name, holds]): [string, Comparison][] => [
    [`Numeric${name}`, { types: ['numeric'], read: ordered(readNumber, 'a number', holds) }],
    [`Date${name}`, { types: ['date'], read: ordered(readDate, dateOf, holds) }],
  ]),
])
// Seconds since 1970 are a number too.
const epoch: Comparison['types'] = ['numeric', 'date']

const negations = new Map<string, string>([
  ['StringNotEquals', 'StringEquals'],
  ['StringNotEqualsIgnoreCase', 'StringEqualsIgnoreCase'],
  ['StringNotLike', 'StringLike'],
  ['NumericNotEquals', 'NumericEquals'],
  ['DateNotEquals', 'DateEquals'],
  ['NotIpAddress', 'IpAddress'],
  ['ArnNotEquals', 'ArnEquals'],
  ['ArnNotLike', 'ArnLike'],
])

/** Names of all operators, without prefix and suffix. */
export const operatorNames: readonly string[] = [...comparisons.keys(), ...negations.keys(), 'Null']

/** A condition operator as it is written. */
export interface Operator {
  readonly name: string
  /** Null for `Null`, which compares nothing. */
  readonly comparison: Comparison | null
  readonly negated: boolean
  readonly ifExists: boolean
  readonly set: 'all' | 'any' | null
}

/** Reads the name of an operator; gives what to write instead for one that is none. */
export function readOperator(name: string): Operator | string {
  const set = name.startsWith('ForAllValues:') ? 'all' : name.startsWith('ForAnyValue:') ? 'any' : null
  const unset = set === null ? name : name.slice(name.indexOf(':') + 1)
  const ifExists = unset.endsWith('IfExists')
  const plain = ifExists ? unset.slice(0, -'IfExists'.length) : unset
  if (plain === 'Null') {
    return set === null && !ifExists
      ? { name, comparison: null, negated: false, ifExists, set }
      : '`Null` asks whether the key is there, and takes neither a set qualifier nor `IfExists`.'
  }
  const comparison = comparisons.get(negations.get(plain) ?? plain)
  if (comparison === undefined) return `Operators are ${operatorNames.join(', ')}, written exactly so.`
  // AWS documents that a missing key is false for `ForAnyValue`, and true for `IfExists`.
  if (set === 'any' && ifExists)
    return '`ForAnyValue` with `IfExists` has two readings where the key is missing. Write two statements.'
  return { name, comparison, negated: negations.has(plain), ifExists, set }
}

/** Whether an operator compares keys of this type. */
export function fits(
  { comparison }: Operator,
  key: { readonly type: KeyType; readonly source: string },
): boolean {
  if (comparison === null || key.type === 'any' || comparison.types.includes(key.type)) return true
  return key.source === 'aws:epochtime' && comparison.types.some((type) => epoch.includes(type))
}
