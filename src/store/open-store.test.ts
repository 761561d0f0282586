import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { KeyIndex } from './keys/key-index.ts'
import { openStore } from './store.ts'
import { StoreError } from './store-error.ts'

/** A data folder with one key in it, closed. */
function used(folder: string): void {
  const store = openStore(folder)
  store.keys.create({ name: 'test', from: null }, { identity: 'partners', owner: 'Ada' })
  store.close()
}

function refused(folder: string, sentence: RegExp): void {
  assert.throws(
    () => openStore(folder),
    (error) => error instanceof StoreError && sentence.test(error.message),
  )
}

test('a folder or file that others can read stops the start, with the command that helps', (context) => {
  const folder = temporaryFolder(context)
  used(folder)
  for (const mode of [0o750, 0o701, 0o720]) {
    chmodSync(folder, mode)
    refused(folder, /other users: run `chmod 700 /)
  }
  chmodSync(folder, 0o700)
  for (const file of ['pepper', 'store.db']) {
    chmodSync(join(folder, file), 0o640)
    refused(folder, new RegExp(`${file} can be read.*chmod 600 `))
    chmodSync(join(folder, file), 0o600)
  }
  openStore(folder).close()
})

test('a lost, foreign or damaged pepper stops the start', (context) => {
  const folder = temporaryFolder(context)
  used(folder)
  const pepper = join(folder, 'pepper')
  const right = readFileSync(pepper)
  rmSync(pepper)
  refused(folder, /pepper is lost/)
  writeFileSync(pepper, new Uint8Array(32), { mode: 0o600 })
  refused(folder, /does not belong to/)
  writeFileSync(pepper, right.subarray(1))
  refused(folder, /is damaged/)
  writeFileSync(pepper, right)
  openStore(folder).close()
})

test('a file in the way, a damaged store and a newer one each give one sentence', (context) => {
  const folder = temporaryFolder(context)
  writeFileSync(join(folder, 'file'), '')
  refused(join(folder, 'file'), /cannot be made|is not a folder/)
  mkdirSync(join(folder, 'damaged'), { mode: 0o700 })
  writeFileSync(join(folder, 'damaged', 'store.db'), 'no database '.repeat(100), { mode: 0o600 })
  refused(join(folder, 'damaged'), /cannot be opened .*backup/)
  const newer = join(folder, 'newer')
  used(newer)
  const database = new DatabaseSync(join(newer, 'store.db'))
  database.exec('PRAGMA user_version = 99')
  database.close()
  refused(newer, /newer version/)
})

test('keys acknowledged before a kill are there, and two processes that start at once share one pepper', async (context) => {
  const folder = temporaryFolder(context)
  const acknowledged: string[] = []
  const writers = [writer(folder, acknowledged), writer(folder, acknowledged)]
  const deadline = Date.now() + 10_000
  while (acknowledged.length < 40 && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 5))
  await Promise.all(writers.map(killed))
  const store = openStore(folder)
  context.after(() => store.close())
  const index = new KeyIndex(store.keys.feed().memory, store.pepper)
  assert.ok(acknowledged.length >= 40)
  for (const key of acknowledged) assert.ok(index.find(key))
})

/** A process that creates keys until it is killed, and tells each after it was acknowledged. */
function writer(folder: string, acknowledged: string[]): ChildProcess {
  const script = `
    const { openStore } = await import(${JSON.stringify(new URL('./store.ts', import.meta.url).href)})
    const store = openStore(${JSON.stringify(folder)})
    for (;;) {
      const { key } = store.keys.create({ name: 'test', from: null }, { identity: 'partners', owner: 'Ada' })
      process.stdout.write(key + ' ')
    }`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (bytes) => {
    const parts = (text + bytes).split(' ')
    text = parts.pop() ?? ''
    acknowledged.push(...parts)
  })
  return child
}

function killed(child: ChildProcess): Promise<unknown> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  return ended
}
