import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { openStore } from '../store/store.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { type AdminTokenAction, runAdminToken } from './admin-token.ts'
import { listAuditLog, verifyAuditLog } from './audit.ts'
import type { Output } from './output.ts'
import { listRevocations, removeRevocation } from './revocations.ts'
import { type RevokeArguments, runRevoke } from './revoke.ts'

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

function ran(run: (output: Output) => number): Ran {
  const text = { out: '', err: '' }
  const code = run({
    stdout: (part) => void (text.out += part),
    stderr: (part) => void (text.err += part),
  })
  return { code, ...text }
}

test('admin tokens: the token alone on stdout, the rest for people', (context) => {
  const folder = temporaryFolder(context)
  const run = (asked: AdminTokenAction): Ran => ran((output) => runAdminToken(folder, asked, output))
  const first = run({ action: 'replace' })
  const made = run({ action: 'create', name: 'ci', role: 'operator', expires: '90d' })
  for (const { code, out, err } of [first, made]) {
    assert.equal(code, 0)
    assert.match(out, /^spa_[A-Za-z0-9_-]{43}\n$/)
    assert.ok(!err.includes(out.trim()))
  }
  const id = /adm_\S+/.exec(made.err)![0]
  const listed = run({ action: 'list', json: false })
  assert.match(listed.out, /^ID .*\nadmin +admin +live .*\nadm_\S+ +operator +live +20\S+ +20\S+ +- +ci\n$/)
  assert.ok(!listed.out.includes(made.out.trim()))
  const store = openStore(folder)
  context.after(() => store.close())
  assert.equal(store.adminTokens.find(made.out.trim())?.role, 'operator')
  assert.equal(run({ action: 'revoke', id }).code, 0)
  assert.equal(store.adminTokens.find(made.out.trim()), null)
  const again = run({ action: 'revoke', id })
  assert.equal(again.code, 1)
  // A token given where its id belongs is not repeated.
  const pasted = run({ action: 'revoke', id: first.out.trim() })
  assert.deepEqual([pasted.code, pasted.err.includes(first.out.trim())], [1, false])
  assert.equal(run({ action: 'revoke', id: 'admin' }).code, 2)
  assert.ok(store.adminTokens.find(first.out.trim()) !== null)
  assert.match(run({ action: 'list', json: true }).out, /"id":"admin".*"revoked":"20/)
  for (const wrong of [
    { role: 'root' },
    { name: 'a\nb' },
    { expires: 'tomorrow' },
    { expires: '0s' },
    { expires: '99999d' },
  ]) {
    const { code, out, err } = run({ action: 'create', name: 'ci', role: 'viewer', ...wrong })
    assert.deepEqual([code, out, err.split('\n').length], [2, '', 2], err)
  }
})

test('revocations: added, listed, taken back', (context) => {
  const folder = temporaryFolder(context)
  const run = (asked: RevokeArguments): Ran => ran((output) => runRevoke(folder, asked, output))
  assert.match(ran((output) => listRevocations(folder, false, output)).err, /^Nothing is revoked/)
  assert.equal(ran((output) => listRevocations(folder, true, output)).out, '[]\n')
  const added = run({ kind: 'subject', value: 'ada', identity: 'staff', for: '30d', reason: 'left' })
  assert.equal(added.code, 0)
  assert.match(added.out, /^rev_[A-Za-z0-9_-]{12}\n$/)
  run({ kind: 'token', value: 'jti-1' })
  const listed = ran((output) => listRevocations(folder, false, output)).out
  assert.match(listed, /^ID .*\nrev_\S+ +token +all .* jti-1\nrev_\S+ +subject +staff .* ada +left\n$/)
  const parsed = JSON.parse(ran((output) => listRevocations(folder, true, output)).out) as unknown[]
  assert.equal(parsed.length, 2)
  const remove = (): Ran => ran((output) => removeRevocation(folder, added.out.trim(), output))
  assert.deepEqual([remove().code, remove().code], [0, 1])
  for (const wrong of [
    { kind: 'user', value: 'ada' },
    { kind: 'token', value: '' },
    { kind: 'token', value: 'a', for: 'long' },
  ]) {
    const { code, out, err } = run(wrong)
    assert.deepEqual([code, out, err.split('\n').length], [2, '', 2], err)
  }
})

test('audit: verified and listed, and what is wrong is named with its line', (context) => {
  const folder = temporaryFolder(context)
  const verify = (json = false): Ran => ran((output) => verifyAuditLog(folder, json, output))
  const nothing = verify()
  assert.deepEqual([nothing.code, nothing.out], [2, ''])
  assert.match(nothing.err, /has no store/)
  ran((output) => runAdminToken(folder, { action: 'replace' }, output))
  ran((output) => runRevoke(folder, { kind: 'token', value: 'a', reason: 'x\u00e9' }, output))
  assert.deepEqual(verify(), { code: 0, out: '2 entries, whole and in order.\n', err: '' })
  const list = (filter: object = {}): Ran =>
    ran((output) => listAuditLog(folder, { json: false, ...filter }, output))
  assert.match(list().out, /^20\S+ {2}admin-tokens\.replace {2}admin {2}\(command line \(user /)
  assert.match(
    list({ action: 'revocations' }).out,
    /^20\S+ {2}revocations\.add {2}token a {2}id=rev_\S+ {2}reason=xé /,
  )
  assert.equal(list({ action: 'revocation' }).out, '')
  assert.equal(list({ actor: 'nobody' }).out, '')
  assert.equal(list({ since: '2999-01-01' }).out, '')
  assert.equal(list({ since: '2020-01-01T00:00:00+02:00' }).out.split('\n').length, 3)
  assert.equal(list({ since: 'yesterday' }).code, 2)
  assert.equal((JSON.parse(list({ action: 'revocations', json: true }).out) as { seq: number }).seq, 2)
  const file = join(folder, 'audit.log')
  const right = readFileSync(file, 'utf8')
  writeFileSync(file, right.replace('token a', 'token b'))
  const found = verify()
  assert.equal(found.code, 1)
  assert.equal(
    found.out,
    `${file}:2: the line was changed, or the gateway did not write it. The entry before it is right.\n`,
  )
  assert.deepEqual(JSON.parse(verify(true).out), {
    ok: false,
    entries: 1,
    line: 2,
    problem: 'the line was changed, or the gateway did not write it',
    undone: 0,
  })
  writeFileSync(file, right)
  appendFileSync(file, '\u001b[2Jforged\n')
  const listed = list()
  assert.deepEqual([listed.code, listed.out.includes('forged')], [1, false])
  assert.match(listed.err, /^1 line was not written by the gateway/)
})
