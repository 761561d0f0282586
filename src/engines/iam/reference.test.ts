import { isIP } from 'node:net'
import type { RequestFacts } from './request-facts.ts'

/**
 * A second evaluator, written from the published rules alone and as naively as they read: no compilation, no index, a
 * table for wildcards. It decides what `random.test.ts` holds the engine against.
 */
export interface Plain {
  readonly Version: string
  readonly Statement: readonly PlainStatement[]
}
export interface PlainStatement {
  readonly Effect: string
  readonly Principal?: unknown
  readonly NotPrincipal?: unknown
  readonly Action?: readonly string[]
  readonly NotAction?: readonly string[]
  readonly Resource?: readonly string[]
  readonly NotResource?: readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
}
/** What the reference knows of a request. */
export interface PlainRequest {
  readonly action: string
  /** Whole ARN. */
  readonly resource: string
  readonly facts: RequestFacts
  readonly keys: Readonly<Record<string, readonly string[]>>
}

export function referenceDecision(
  policies: readonly Plain[],
  request: PlainRequest,
): 'allow' | 'deny' | 'silent' {
  const effects = policies.flatMap((policy) =>
    policy.Statement.filter((statement) => applies(statement, policy.Version, request)).map(
      ({ Effect }) => Effect,
    ),
  )
  if (effects.includes('Deny')) return 'deny'
  return effects.includes('Allow') ? 'allow' : 'silent'
}

function applies(statement: PlainStatement, version: string, request: PlainRequest): boolean {
  const principal = statement.Principal ?? statement.NotPrincipal
  if (principal !== undefined && isNamed(principal, request) !== (statement.Principal !== undefined))
    return false
  const action = (patterns: readonly string[]): boolean =>
    patterns.some((pattern) => fitsGlob(characters(pattern.toLowerCase()), request.action.toLowerCase()))
  if (statement.Action !== undefined && !action(statement.Action)) return false
  if (statement.NotAction !== undefined && action(statement.NotAction)) return false
  const resource = (patterns: readonly string[]): boolean =>
    patterns.some((pattern) => fitsResource(pattern, version, request))
  if (statement.Resource !== undefined && !resource(statement.Resource)) return false
  if (statement.NotResource !== undefined && resource(statement.NotResource)) return false
  if (
    statement.Effect === 'Allow' &&
    statement.NotResource?.some((text) => pattern(text, version, request) === null)
  )
    return false
  return Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => holds(operator, key, values, version, request)),
  )
}

function isNamed(principal: unknown, { facts: { caller } }: PlainRequest): boolean {
  if (principal === '*') return true
  const names = (principal as { Sallyport: readonly string[] }).Sallyport
  return names.some(
    (name) =>
      caller !== null &&
      (name === `identity/${caller.identity}` ||
        name === `caller/${caller.identity}/${caller.id}` ||
        caller.roles.some((role) => name === `role/${role}`)),
  )
}

function fitsResource(text: string, version: string, request: PlainRequest): boolean {
  const read = pattern(text, version, request)
  if (read === null) return false
  if (text === '*') return true
  const asked = request.resource.split(':')
  if (text.startsWith('execute-api:'))
    return fitsGlob(
      read.slice('execute-api:/'.length),
      asked.slice(5).join(':').split('/').slice(1).join('/'),
    )
  const parts: Token[][] = [[]]
  for (const token of read) {
    if (token === ':' && parts.length < 6) parts.push([])
    else parts.at(-1)!.push(token)
  }
  while (parts.length < 6) parts.push([star])
  const values = [...asked.slice(0, 5), asked.slice(5).join(':')]
  return parts.every((part, i) => fitsGlob(part, values[i]!))
}

function holds(
  operator: string,
  key: string,
  values: readonly string[],
  version: string,
  request: PlainRequest,
): boolean {
  const own = request.keys[key]
  if (operator === 'Null') return values.includes(String(own === undefined))
  const set = operator.startsWith('ForAllValues:') ? 'all' : operator.startsWith('ForAnyValue:') ? 'any' : ''
  let name = operator.replace(/^For.*:/, '')
  const ifExists = name.endsWith('IfExists')
  name = name.replace(/IfExists$/, '')
  const negated = name.includes('Not')
  name = name.replace('Not', '')
  if (own === undefined) return set === 'all' ? true : set === 'any' ? false : negated || ifExists
  const meets = (value: string): boolean =>
    values.some((wanted) => compares(name, value, wanted, version, request)) !== negated
  if (set === 'all') return own.filter((value) => value !== '').every(meets)
  if (set === 'any') return own.some(meets)
  return negated ? own.every(meets) : own.some(meets)
}

function compares(
  name: string,
  value: string,
  wanted: string,
  version: string,
  request: PlainRequest,
): boolean {
  const numeric = /^-?\d+(\.\d+)?$/
  switch (name) {
    case 'StringEquals':
    case 'StringEqualsIgnoreCase':
    case 'StringLike': {
      const read = pattern(wanted, version, request, name !== 'StringLike')
      if (read === null) return false
      if (name !== 'StringEqualsIgnoreCase') return fitsGlob(read, value)
      return fitsGlob(
        read.map((token) => (typeof token === 'string' ? token.toLowerCase() : token)),
        value.toLowerCase(),
      )
    }
    case 'NumericEquals':
      return numeric.test(value) && Number(value) === Number(wanted)
    case 'NumericLessThan':
      return numeric.test(value) && Number(value) < Number(wanted)
    case 'NumericGreaterThanEquals':
      return numeric.test(value) && Number(value) >= Number(wanted)
    case 'Bool':
      return value.toLowerCase() === wanted.toLowerCase()
    case 'IpAddress': {
      const [base = '', bits = '32'] = wanted.split('/')
      const word = (text: string): number =>
        isIP(text) === 4 ? text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) : Number.NaN
      const size = 2 ** (32 - Number(bits))
      return Math.floor(word(value) / size) === Math.floor(word(base) / size)
    }
    default:
      throw new Error(name)
  }
}

const star = { star: true } as const
const question = { star: false } as const
type Token = string | typeof star | typeof question

const characters = (text: string): Token[] =>
  text.split('').map((one) => (one === '*' ? star : one === '?' ? question : one))

/** Null where a variable has no value. */
function pattern(text: string, version: string, request: PlainRequest, literal = false): Token[] | null {
  const tokens: Token[] = []
  for (let i = 0; i < text.length; ) {
    const variable = version === '2012-10-17' ? /^\$\{([^},]*)(?:, '([^']*)')?\}/.exec(text.slice(i)) : null
    if (variable === null) {
      const one = text[i++]!
      tokens.push(...(literal ? [one] : characters(one)))
      continue
    }
    i += variable[0].length
    const [, name = '', otherwise] = variable
    const values = request.keys[name]
    const value = ['*', '?', '$'].includes(name) ? name : values?.length === 1 ? values[0] : otherwise
    if (value === undefined) return null
    tokens.push(...value.split(''))
  }
  return tokens
}

/** By the table: does the first `i` of the pattern fit the first `j` of the text. */
function fitsGlob(tokens: readonly Token[], text: string): boolean {
  let row = Array.from({ length: text.length + 1 }, (_, j) => j === 0)
  for (const token of tokens) {
    const next: boolean[] = [token === star && row[0]!]
    for (let j = 1; j <= text.length; j++)
      next.push(
        token === star
          ? row[j]! || next[j - 1]!
          : row[j - 1]! && (token === question || token === text[j - 1]),
      )
    row = next
  }
  return row[text.length]!
}
