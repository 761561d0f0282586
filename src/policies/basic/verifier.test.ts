import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashPassword } from '../../engines/passwords/password-hash.ts'
import { Verifier } from './verifier.ts'

const password = await hashPassword('right')
const users = Object.fromEntries(
  ['ada', 'bob', 'eve'].map((name) => [name, { password, scopes: [], roles: [] }]),
)

function verifier(reports: string[] = []): Verifier {
  const report = (event: string, message: string): void => void reports.push(`${event} ${message}`)
  return new Verifier({ users, realm: 'api', remember: 0 }, { report, where: 'identities.staff' })
}

const kinds = async (asked: readonly Promise<{ kind: string }>[]): Promise<string[]> =>
  (await Promise.all(asked)).map(({ kind }) => kind)

test('tells the right password from wrong ones and unknown names', async () => {
  const one = verifier()
  const from = '192.0.2.1'
  assert.deepEqual(await one.ask({ name: 'ada', password: 'right', from }), { kind: 'proven' })
  for (const [name, tried] of [
    ['ada', 'wrong'],
    ['ada', ''],
    ['nobody', 'right'],
    ['__proto__', 'right'],
  ])
    assert.deepEqual(await one.ask({ name, password: tried, from }), { kind: 'wrong' }, name)
})

test('guesses at one account are throttled over all addresses, also in parallel, and its owner is not locked out', async () => {
  const reports: string[] = []
  const one = verifier(reports)
  assert.equal((await one.ask({ name: 'ada', password: 'right', from: 'home' })).kind, 'proven')
  const guesses = await kinds(
    Array.from({ length: 40 }, (_, index) =>
      one.ask({ name: 'ada', password: `guess ${index}`, from: `198.51.100.${index}` }),
    ),
  )
  assert.equal(guesses.filter((kind) => kind === 'wrong').length, 10)
  assert.equal(guesses.filter((kind) => kind === 'throttled').length, 30)
  assert.equal((await one.ask({ name: 'ada', password: 'right', from: '203.0.113.9' })).kind, 'throttled')
  assert.equal((await one.ask({ name: 'ada', password: 'right', from: 'home' })).kind, 'proven')
  assert.deepEqual(reports, [
    'log-ins-failing identities.staff: an account fails so often that it is throttled',
  ])
})

test('a name that nobody has is throttled as an account is', async () => {
  const one = verifier()
  for (const name of ['bob', 'nobody']) {
    const guesses = []
    for (let index = 0; index < 11; index++)
      guesses.push((await one.ask({ name, password: 'guess', from: `198.51.100.${index}` })).kind)
    assert.deepEqual(guesses, [...Array.from({ length: 10 }, () => 'wrong'), 'throttled'], name)
  }
})

test('one address has thirty guesses at many accounts, and an own account buys no more', async () => {
  const one = verifier()
  let wrong = 0
  for (let index = 0; index < 40; index++) {
    if ((await one.ask({ name: `made-up ${index}`, password: 'x', from: 'attacker' })).kind === 'wrong')
      wrong++
    await one.ask({ name: 'eve', password: 'right', from: 'attacker' })
  }
  assert.ok(wrong >= 29 && wrong <= 30, `${wrong} guesses`)
})

test('a flood waits in a bounded queue, and one address cannot have all of it', async () => {
  const one = verifier()
  const fromOne = Array.from({ length: 20 }, () => one.ask({ name: 'ada', password: 'right', from: 'flood' }))
  const others = Array.from({ length: 80 }, (_, index) =>
    one.ask({ name: `user ${index}`, password: 'x', from: `198.51.100.${index}` }),
  )
  assert.equal((await kinds(fromOne)).filter((kind) => kind === 'busy').length, 14)
  assert.equal((await kinds(others)).filter((kind) => kind === 'busy').length, 20)
  assert.equal((await one.ask({ name: 'bob', password: 'right', from: 'later' })).kind, 'proven')
})
