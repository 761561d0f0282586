import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openStore } from '../store/store.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { endGrant, giveGrant, listGrants } from './grants.ts'

function terminal(context: TestContext) {
  const folder = temporaryFolder(context)
  openStore(folder).close()
  let [out, errors] = ['', '']
  const output = {
    stdout: (text: string) => {
      out += text
    },
    stderr: (text: string) => {
      errors += text
    },
  }
  const taken = (): { out: string; errors: string } => {
    const both = { out, errors }
    out = ''
    errors = ''
    return both
  }
  return { folder, output, taken }
}

const asked = {
  kind: 'grant' as const,
  caller: 'staff/ada',
  role: 'manager',
  for: '2h',
  reason: 'incident 4711',
}

test('give, list and end', (context) => {
  const { folder, output, taken } = terminal(context)
  assert.equal(giveGrant(folder, asked, output), 0)
  const { out, errors } = taken()
  const id = out.trim()
  assert.match(id, /^gnt_[\w-]{12}$/)
  assert.match(errors, /^staff\/ada has the role manager until \d{4}-.*sallyport grants end gnt_/)
  assert.equal(listGrants(folder, { all: false, json: false }, output), 0)
  assert.match(taken().out, /^ID .*\ngnt_\S+ +grant +staff\/ada +manager +command line/)
  assert.equal(listGrants(folder, { all: false, json: true }, output), 0)
  assert.equal((JSON.parse(taken().out) as { id: string }[])[0]?.id, id)
  assert.equal(endGrant(folder, id, output), 0)
  assert.equal(endGrant(folder, id, output), 1)
  taken()
  listGrants(folder, { all: false, json: false }, output)
  assert.match(taken().errors, /No role is granted/)
  listGrants(folder, { all: true, json: false }, output)
  assert.match(taken().out, /incident 4711/)
})

test('what cannot be given is one sentence', (context) => {
  const { folder, output, taken } = terminal(context)
  for (const [change, sentence] of [
    [{ for: '2' }, /as 30m or 2h/],
    [{ for: '25h' }, /at most 24h/],
    [{ kind: 'break-glass' as const, for: '2h' }, /at most 1h/],
    [{ reason: 'x' }, /5 to 500 characters/],
    [{ caller: 'ada' }, /identity\/id/],
  ] as const) {
    assert.equal(giveGrant(folder, { ...asked, ...change }, output), 2)
    assert.match(taken().errors, sentence)
  }
})
