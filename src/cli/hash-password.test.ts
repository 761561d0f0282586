import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { runHashPassword } from './hash-password.ts'

async function hashed(text: string): Promise<{ code: number; out: string; err: string }> {
  const told = { out: '', err: '' }
  const code = await runHashPassword(Readable.from([Buffer.from(text)]), {
    stdout: (part) => void (told.out += part),
    stderr: (part) => void (told.err += part),
  })
  return { code, ...told }
}

test('a short password is hashed, with a warning that does not repeat it', async () => {
  const short = await hashed('hunter2\n')
  assert.match(short.out, /^\$argon2id\$\S+\n$/)
  assert.match(short.err, /^The password is short: .*8 characters\.\n$/)
  assert.deepEqual([short.code, (short.out + short.err).includes('hunter2')], [0, false])
  const long = await hashed('hunter22\n')
  assert.deepEqual([long.code, long.err], [0, ''])
  assert.deepEqual([(await hashed('\n')).code, (await hashed('a\u0007b\n')).code], [2, 2])
})
