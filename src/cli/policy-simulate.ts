import { readFileSync } from 'node:fs'
import { contextKey } from '../engines/iam/context-keys.ts'
import { ask, type Combination, decide } from '../engines/iam/decision.ts'
import { missingKeys, nearestAllowance } from '../engines/iam/nearest.ts'
import { PolicySet } from '../engines/iam/policy-set.ts'
import { canonicalPrincipal, principalsOf } from '../engines/iam/principal.ts'
import type { IamCaller, RequestFacts } from '../engines/iam/request-facts.ts'
import { readAskedResource } from '../engines/iam/resource.ts'
import { type Asked, misfits, type Statement } from '../engines/iam/statement.ts'
import { printable } from '../observe/printable.ts'
import { jsonText, type Output } from './output.ts'
import { readPolicyFile, type SimulatedFile } from './policy-file.ts'

/** What `policy simulate` is asked. */
export interface SimulateArguments {
  /** Files; those whose statements name principals are resource policies, the others are attached to the caller. */
  readonly policy: readonly string[]
  /** `identity/id`; without one the request is anonymous. */
  readonly caller?: string
  readonly role: readonly string[]
  readonly scope: readonly string[]
  /** `name=value`; a name that comes several times has several values. */
  readonly claim: readonly string[]
  readonly action: string
  readonly resource: string
  /** `key=value` of condition keys. */
  readonly context: readonly string[]
  /** `name of AWS=role/…` */
  readonly principal: readonly string[]
  readonly evaluate: Combination
  readonly format: 'text' | 'json'
}

/** A mistake of the caller's, told without a stack. */
class Unusable extends Error {}

/** Decides a request by policy files. Exit 0: allowed; 1: denied; 2: the files or the request cannot be used. */
export function runPolicySimulate(asked: SimulateArguments, { stdout, stderr }: Output): number {
  try {
    const files = filesOf(asked)
    const question = questionOf(asked)
    const answer = answerOf(files, question, asked.evaluate)
    stdout(asked.format === 'json' ? jsonText(answer) : textOf(answer))
    return answer.decision === 'allow' ? 0 : 1
  } catch (error) {
    if (!(error instanceof Unusable)) throw error
    stderr(`${error.message}\n`)
    return 2
  }
}

interface Matched {
  readonly effect: 'Allow' | 'Deny'
  readonly statement: string
  readonly file: string
  readonly line: number
}

interface Answer {
  readonly decision: 'allow' | 'deny'
  readonly because: string
  readonly matched: readonly Matched[]
  readonly missingContext: readonly string[]
  readonly nearest: string | null
}

function filesOf({ policy, principal }: SimulateArguments): readonly SimulatedFile[] {
  const principals = new Map(
    pairs(principal, '--principal').map(([name, own]): [string, string] => {
      if (principalsOf([own]) === null)
        throw new Unusable(
          `--principal: ${printable(own)} is none of role/NAME, identity/NAME, caller/IDENTITY/ID`,
        )
      return [canonicalPrincipal(name), own]
    }),
  )
  if (policy.length === 0) throw new Unusable('--policy: name at least one file')
  const problems: string[] = []
  const files = policy.flatMap((file) => {
    const read = readPolicyFile(file, textOfFile(file), principals)
    if (read.ok) return [read.file]
    problems.push(...read.problems.map(printable))
    return []
  })
  if (problems.length > 0) throw new Unusable(problems.join('\n'))
  return files
}

function textOfFile(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(file))
  } catch (error) {
    throw new Unusable(
      `${printable(file)}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'not UTF-8'})`,
    )
  }
}

function questionOf(asked: SimulateArguments): Asked {
  const resource = readAskedResource(asked.resource)
  if (resource === null)
    throw new Unusable(
      '--resource: write arn:aws:execute-api:region:account:api/stage/METHOD/path or execute-api:/stage/METHOD/path',
    )
  const told = new Map<string, string[]>()
  for (const [name, value] of pairs(asked.context, '--context')) {
    const key = contextKey(name)
    if (typeof key === 'string')
      throw new Unusable(`--context: ${printable(name)} is no condition key. ${key}`)
    const lower = key.name.toLowerCase()
    told.set(lower, [...(told.get(lower) ?? []), value])
  }
  const caller = callerOf(asked)
  const [, method = '', ...path] = resource.tail.split('/')
  const facts: RequestFacts = {
    caller,
    callerArn:
      caller === null ? null : `arn:aws:iam::${resource.account}:user/${caller.identity}/${caller.id}`,
    time: Date.now(),
    method,
    path: `/${path.join('/')}`,
    ...(resource.api === '' ? {} : { api: resource.api }),
    told,
  }
  return ask(asked.action, resource, facts)
}

function callerOf({ caller, role, scope, claim }: SimulateArguments): IamCaller | null {
  if (caller === undefined) {
    if (role.length + scope.length + claim.length > 0)
      throw new Unusable('roles, scopes and claims need a --caller')
    return null
  }
  const slash = caller.indexOf('/')
  if (slash < 1 || slash === caller.length - 1) throw new Unusable('--caller: write identity/id')
  const claims: { [name: string]: readonly string[] } = Object.create(null)
  for (const [name, value] of pairs(claim, '--claim')) claims[name] = [...(claims[name] ?? []), value]
  return { identity: caller.slice(0, slash), id: caller.slice(slash + 1), roles: role, scopes: scope, claims }
}

function pairs(list: readonly string[], option: string): readonly (readonly [string, string])[] {
  return list.map((text) => {
    const equals = text.indexOf('=')
    if (equals < 1) throw new Unusable(`${option}: write name=value, not ${printable(text)}`)
    return [text.slice(0, equals), text.slice(equals + 1)]
  })
}

function answerOf(files: readonly SimulatedFile[], question: Asked, combination: Combination): Answer {
  const fileOf = new Map(files.flatMap(({ name, statements }) => statements.map((one) => [one, name])))
  const setOf = (kind: SimulatedFile['kind']): PolicySet | null => {
    const own = files.filter((file) => file.kind === kind)
    return own.length === 0 ? null : new PolicySet(own.flatMap(({ statements }) => statements))
  }
  const resource = setOf('resource')
  const identity = setOf('identity')
  const decision = decide(question, resource, identity, combination)
  const all = files.flatMap(({ statements }) => statements)
  const named = (statement: Statement): string =>
    `${statement.title} (${fileOf.get(statement)}:${statement.line})`
  const silent = decision.resource === 'silent' ? resource : identity
  const near =
    decision.allowed || decision.denied ? null : nearestAllowance(silent?.statements ?? [], question)
  return {
    decision: decision.allowed ? 'allow' : 'deny',
    because:
      decision.by.length === 0
        ? `no ${decision.resource === 'silent' ? 'resource policy' : 'policy of the caller'} allows`
        : `${decision.by.map(named).join(' and ')} ${decision.allowed ? 'allows' : 'denies'}`,
    matched: all
      .filter((statement) => misfits(statement, question).length === 0)
      .map((statement) => ({
        effect: statement.effect,
        statement: statement.title,
        file: fileOf.get(statement) ?? '',
        line: statement.line,
      })),
    missingContext: missingKeys(all, question),
    nearest: near === null ? null : `${named(near.statement)} would allow but for ${near.lacks.join(', ')}`,
  }
}

function textOf({ decision, because, matched, missingContext, nearest }: Answer): string {
  const lines = [
    `${decision === 'allow' ? 'allowed' : 'denied'}: ${because}`,
    ...matched.map(({ effect, statement, file, line }) => `  ${effect} ${statement} (${file}:${line})`),
    ...(nearest === null ? [] : [`nearest: ${nearest}`]),
    ...(missingContext.length === 0 ? [] : [`missing context: ${missingContext.join(', ')}`]),
  ]
  return `${lines.map(printable).join('\n')}\n`
}
