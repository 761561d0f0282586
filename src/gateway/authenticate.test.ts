import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { codes } from '../codes.ts'
import { authenticate } from './authenticate.ts'
import type { Exchange } from './exchange.ts'
import { type Caller, plainCaller } from './facts.ts'
import type { Authentication, Step } from './plan.ts'
import { deny, notMine, pass, skipWith, type Verdict } from './verdict.ts'

/** What one identity finds in a request. */
interface Finding {
  readonly kind: 'proves' | 'absent' | 'wrong' | 'foreign' | 'forgetful'
  /** Whom it proves. */
  readonly caller: string
  /** Where it reads its credential. */
  readonly place: string
  readonly late: boolean
}

const refused = deny(codes.API_KEY_INVALID, { reason: 'wrong' })
const otherwise = deny(codes.API_KEY_INVALID, { reason: 'of nobody' })

function stepOf({ kind, caller, place, late }: Finding, index: number): Step {
  const name = `identity${index}`
  const verdict = (): Verdict => {
    if (kind === 'absent') return skipWith(`Challenge${index}`)
    if (kind === 'foreign') return notMine(otherwise)
    return kind === 'wrong' ? refused : pass
  }
  return {
    name,
    instance: {
      request: (_view, set) => {
        if (kind === 'proves') set('caller', plainCaller(name, caller))
        return late ? Promise.resolve(verdict()) : verdict()
      },
    },
    observe: false,
    varies: false,
    onError: 'deny',
    writes: ['caller'],
    credential: place,
    timeout: 1000,
    where: name,
    source: { file: '', line: 0, column: 0 },
  }
}

/** Judges as the gateway does, with the parts of an exchange that judging touches. */
async function judge(
  findings: readonly Finding[],
  groups: Authentication['groups'],
): Promise<{ verdict: Verdict; caller: Caller | undefined }> {
  const facts: { caller: Caller | undefined } = { caller: undefined }
  const exchange = {
    facts,
    note: () => undefined,
    setFact: (_name: 'caller', value: Caller) => {
      facts.caller = value
    },
  }
  const authentication: Authentication = {
    identities: findings.map(stepOf),
    groups,
    demands: null,
    reservedHeaders: new Set(),
  }
  const verdict = await authenticate(exchange as unknown as Exchange, authentication)
  return { verdict, caller: facts.caller }
}

const proves = (caller: string, place = caller): Finding => ({ kind: 'proves', caller, place, late: false })
const absent: Finding = { kind: 'absent', caller: '', place: 'absent', late: false }
const foreign = (place: string): Finding => ({ kind: 'foreign', caller: '', place, late: false })

const anyOf = (count: number): number[][] => Array.from({ length: count }, (_, index) => [index])

test('a credential that no identity of its place takes is refused, also beside a right one', async () => {
  for (const findings of [
    [foreign('token'), proves('key')],
    [proves('key'), foreign('token')],
    [foreign('token')],
  ]) {
    const { verdict, caller } = await judge(findings, anyOf(findings.length))
    assert.equal(verdict, otherwise)
    assert.equal(caller, undefined)
  }
  const taken = await judge([foreign('token'), proves('ada', 'token')], anyOf(2))
  assert.equal(taken.verdict, pass)
  assert.equal(taken.caller?.id, 'ada')
})

test('a credential that several identities leave to each other is refused with what each of them found', async () => {
  const { verdict } = await judge([foreign('token'), foreign('token'), proves('key')], anyOf(3))
  assert.ok(verdict.kind === 'deny')
  assert.equal(verdict.code, codes.CREDENTIALS_UNKNOWN)
  assert.equal(verdict.detail.reason, 'identity0: of nobody identity1: of nobody')
})

test('two credentials of two callers are refused, unless a group asks for both', async () => {
  const both = [proves('ada'), proves('bob')]
  const { verdict, caller } = await judge(both, anyOf(2))
  assert.equal(verdict.kind === 'deny' && verdict.code, codes.CREDENTIALS_CONFLICT)
  assert.equal(caller, undefined)
  assert.equal((await judge(both, [[0], [0, 1]])).verdict, pass)
  assert.equal((await judge([proves('ada'), proves('ada', 'other')], anyOf(2))).verdict, pass)
  // A third proof beside a whole group is still somebody else's.
  const three = await judge([...both, proves('eve')], [[0, 1], [2]])
  assert.equal(three.verdict.kind === 'deny' && three.verdict.code, codes.CREDENTIALS_CONFLICT)
})

test('a missing half of a group is a missing credential, with the challenge of what is missing', async () => {
  const { verdict } = await judge([proves('app'), absent], [[0, 1]])
  assert.ok(verdict.kind === 'deny')
  assert.equal(verdict.code, codes.CREDENTIALS_MISSING)
  assert.deepEqual(verdict.detail.headers, [['www-authenticate', 'Challenge1']])
})

const finding: fc.Arbitrary<Finding> = fc.record({
  kind: fc.constantFrom('proves', 'proves', 'absent', 'absent', 'wrong', 'foreign', 'forgetful'),
  caller: fc.constantFrom('ada', 'bob'),
  place: fc.constantFrom('token', 'key'),
  late: fc.boolean(),
})

const situation = fc.array(finding, { minLength: 1, maxLength: 4 }).chain((findings) =>
  fc.record({
    findings: fc.constant(findings),
    groups: fc.array(fc.subarray([...findings.keys()], { minLength: 1 }), { minLength: 1, maxLength: 3 }),
    order: fc.shuffledSubarray([...findings.keys()], {
      minLength: findings.length,
      maxLength: findings.length,
    }),
  }),
)

test('whoever passes was proven by a whole group, and nothing wrong, foreign or contradicting was beside it', async () => {
  await fc.assert(
    fc.asyncProperty(situation, async ({ findings, groups }) => {
      const { verdict, caller } = await judge(findings, groups)
      const proven = findings.flatMap((one, index) => (one.kind === 'proves' ? [index] : []))
      assert.equal(caller !== undefined, verdict.kind === 'pass')
      assert.ok(verdict.kind === 'pass' || verdict.kind === 'deny')
      if (verdict.kind !== 'pass') return
      assert.ok(findings.every((one) => one.kind !== 'wrong'))
      for (const one of findings.filter(({ kind }) => kind === 'foreign'))
        assert.ok(proven.some((index) => findings[index]!.place === one.place))
      const whole = groups.filter((group) => group.every((index) => proven.includes(index)))
      assert.ok(whole.length > 0)
      const callers = new Set(proven.map((index) => findings[index]!.caller))
      assert.ok(callers.size === 1 || whole.some((group) => proven.every((index) => group.includes(index))))
      assert.ok(proven.some((index) => caller!.identity === `identity${index}`))
    }),
  )
})

test('the order of the identities decides nothing', async () => {
  await fc.assert(
    fc.asyncProperty(situation, async ({ findings, groups, order }) => {
      const moved = order.map((index) => findings[index]!)
      const movedGroups = groups.map((group) => group.map((index) => order.indexOf(index)))
      const [here, there] = [await judge(findings, groups), await judge(moved, movedGroups)]
      assert.equal(here.verdict.kind, there.verdict.kind)
    }),
  )
})
