import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { runHashPassword } from '../../src/cli/hash-password.ts'
import { loadConfiguration } from '../../src/config/load.ts'
import { policies } from '../../src/policies/registry.ts'
import { temporaryFolder } from '../../src/testing/temporary-folder.ts'
import { blocksOf, pages } from './markdown.ts'

test('an account of the page loads with the file that `hash-password` wrote', async (context) => {
  const path = 'src/policies/basic/basic.md'
  const shown = blocksOf(path, pages.get(path) ?? '')
  const account = shown.find(({ tag }) => tag === 'yaml fragment')?.text ?? ''
  const whole = shown.find(({ tag }) => tag === 'yaml')?.text ?? ''
  const folder = temporaryFolder(context)
  let hash = ''
  const stdout = (text: string): void => {
    hash += text
  }
  await runHashPassword(Readable.from([Buffer.from('correct horse battery staple')]), {
    stdout,
    stderr: assert.fail,
  })
  const file = join(folder, 'sallyport.yaml')
  writeFileSync(file, whole.replace(/^identities:\n[\s\S]*?(?=^apis:)/m, `${account}\n`))
  const load = async (): Promise<readonly string[]> => {
    const loaded = await loadConfiguration([file], { cwd: folder, env: {}, policies })
    return loaded.ok ? [] : loaded.problems.map(({ message }) => message)
  }
  writeFileSync(join(folder, 'ada.argon2id'), hash)
  assert.deepEqual(await load(), [])
  writeFileSync(join(folder, 'ada.argon2id'), 'no hash')
  assert.equal((await load()).length, 1, 'the file is read')
})
