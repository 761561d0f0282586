import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test, { type TestContext } from 'node:test'
import { temporaryFolder } from '../../testing/temporary-folder.ts'
import { openStore, type Store } from '../store.ts'
import { StoreError } from '../store-error.ts'

const actor = { name: 'test', from: '192.0.2.1' }

interface Written {
  readonly store: Store
  readonly folder: string
  readonly file: string
  /** Lines with their line feeds. */
  lines(): string[]
  write(lines: readonly string[]): void
}

/** A data folder with so many entries in its log. */
function written(context: TestContext, entries: number): Written {
  const folder = temporaryFolder(context)
  const store = openStore(folder)
  context.after(() => store.close())
  for (let i = 0; i < entries; i++)
    store.record({
      actor,
      action: 'test.write',
      target: `number ${i}`,
      detail: { i, last: i === entries - 1 },
    })
  const file = join(folder, 'audit.log')
  return {
    store,
    folder,
    file,
    lines: () => readFileSync(file, 'latin1').match(/.*\n/g) ?? [],
    write: (lines) => writeFileSync(file, lines.join('')),
  }
}

test('what is written is whole, chained, private, and verified', (context) => {
  const { store, file, lines } = written(context, 5)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const entries = [...store.audit.entries()]
  assert.deepEqual(
    entries.map((entry) => [entry?.seq, entry?.actor, entry?.from, entry?.action, entry?.target]),
    [0, 1, 2, 3, 4].map((i) => [i + 1, 'test', '192.0.2.1', 'test.write', `number ${i}`]),
  )
  for (const [index, entry] of entries.entries())
    assert.equal(entry?.prev, index === 0 ? '' : entries[index - 1]?.mac)
  assert.equal(lines().length, 5)
  assert.deepEqual(store.audit.verify(), { ok: true, entries: 5, line: null, problem: null, undone: 0 })
})

test('a change and its entry stand or fall together', (context) => {
  const { store, lines } = written(context, 1)
  const { id } = store.keys.create(actor, { identity: 'partners', owner: 'Ada' })
  assert.equal(lines().length, 2)
  assert.equal(store.keys.revoke(actor, 'key_unknown12345'), false)
  assert.equal(store.adminTokens.revoke(actor, 'adm_unknown'), false)
  assert.throws(() => store.keys.create(actor, { identity: 'a\nb', owner: 'Ada' }), StoreError)
  assert.equal(lines().length, 2, 'what changes nothing is not told')
  assert.equal(store.keys.revoke(actor, id), true)
  assert.match(lines().at(-1)!, /"action":"keys\.revoke"/)
  assert.equal(store.audit.verify().ok, true)
})

test('a log that cannot be written refuses the change', (context) => {
  const { store, file } = written(context, 1)
  rmSync(file)
  // A folder in its place: a mode would not stop a test that runs as root.
  mkdirSync(file)
  assert.throws(
    () => store.keys.create(actor, { identity: 'partners', owner: 'Ada' }),
    /audit\.log cannot be/,
  )
  assert.deepEqual(store.keys.list(), [])
})

test('a flipped byte is found, in every place of a line', (context) => {
  const { store, file } = written(context, 3)
  const right = readFileSync(file)
  const second = right.indexOf(10) + 1
  const third = right.indexOf(10, second) + 1
  for (let at = second; at < third; at++) {
    const wrong = Buffer.from(right)
    wrong[at]! ^= 1 << (at % 8)
    writeFileSync(file, wrong)
    const { ok, line, problem } = store.audit.verify()
    assert.equal(ok, false, `byte ${at}`)
    assert.equal(line, 2, `byte ${at}: ${problem}`)
  }
  writeFileSync(file, right)
  assert.equal(store.audit.verify().ok, true)
})

test('drop, swap, double, truncate, insert, replay and exchange are each found and named', (context) => {
  const { store, file, lines, write } = written(context, 6)
  const right = lines()
  const [a, b, c, d, e, f] = right as [string, string, string, string, string, string]
  const other = written(context, 6)
  const drills: readonly [string, readonly string[], number, RegExp][] = [
    ['first dropped', [b, c, d, e, f], 1, /entry 1 is missing/],
    ['one dropped', [a, b, d, e, f], 3, /entry 3 is missing/],
    ['several dropped', [a, e, f], 2, /entries 2 to 4 are missing/],
    ['swapped', [a, c, b, d, e, f], 2, /entry 2 is missing/],
    ['doubled', [a, b, b, c, d, e, f], 3, /entry 2 stands here out of its order, or once more/],
    ['last cut', [a, b, c, d, e], 6, /ends too early: entry 6 is missing/],
    ['all cut', [], 1, /ends too early: entries 1 to 6/],
    ['foreign line', [a, b, '{"seq":3}\n', c, d, e, f], 3, /changed, or the gateway did not write it/],
    ['empty line', [a, b, '\n', c, d, e, f], 3, /changed, or/],
    ['line feed before', ['\n', ...right], 1, /changed, or/],
    ['foreign line at the end', [...right, 'hello\n'], 7, /changed, or/],
    ['half a foreign line at the end', [...right, 'hello'], 7, /cut off, or/],
    ['half of an old line at the end', [...right, c.slice(0, 40)], 7, /cut off, or/],
    ['cut within the last line', [a, b, c, d, e, f.slice(0, -9)], 6, /cut off, or/],
    ['line feed cut', [a, b, c, d, e, f.slice(0, -1)], 6, /cut off, or/],
    ['line of another log', [a, other.lines()[1]!, c, d, e, f], 2, /changed, or/],
    ['file of another log', other.lines(), 1, /changed, or/],
    ['a line of a megabyte', [a, `${'x'.repeat(1_048_576)}\n`, b], 2, /cut off, or/],
  ]
  for (const [name, drill, line, problem] of drills) {
    write(drill)
    const verdict = store.audit.verify()
    assert.equal(verdict.ok, false, name)
    assert.equal(verdict.line, line, `${name}: ${verdict.problem}`)
    assert.match(verdict.problem ?? '', problem, name)
  }
  rmSync(file)
  assert.match(store.audit.verify().problem ?? '', /entries 1 to 6 are missing/)
  // An old copy of the file, from before entries that the store knows.
  write([a, b, c])
  const old = readFileSync(file)
  write(right)
  store.record({ actor, action: 'test.write', target: 'later' })
  writeFileSync(file, old)
  assert.match(store.audit.verify().problem ?? '', /entries 4 to 7 are missing/)
  // And then the gateway goes on: the gap stays, and so does the finding.
  store.record({ actor, action: 'test.write', target: 'afterwards' })
  assert.deepEqual(
    [...store.audit.entries()].slice(3).map((entry) => [entry?.seq, entry?.action]),
    [
      [8, 'audit.damaged'],
      [9, 'test.write'],
    ],
  )
  assert.match(store.audit.verify().problem ?? '', /entries 4 to 7 are missing before this one/)
})

test('lines that were put at the end are kept as evidence, also without a line feed', (context) => {
  for (const foreign of ['forged\n', 'forged']) {
    const { store, file, lines } = written(context, 2)
    appendFileSync(file, foreign)
    store.record({ actor, action: 'test.write', target: 'next' })
    assert.deepEqual(lines()[2], 'forged\n')
    assert.match(lines()[3]!, /audit\.damaged/)
    assert.deepEqual([store.audit.verify().line, lines().length], [3, 5])
  }
})

test('a write that was cut off is repaired, and the next entry says so', (context) => {
  const cut = `{"seq":4,"time":"2026-11-25T00:00:00.000Z","actor":"test"`
  for (const length of [1, 12, cut.length]) {
    const one = written(context, 3)
    appendFileSync(one.file, cut.slice(0, length))
    assert.equal(one.store.audit.verify().ok, true, 'nothing acknowledged is missing')
    one.store.record({ actor, action: 'test.write', target: 'next' })
    const entry = [...one.store.audit.entries()][3]
    assert.deepEqual([entry?.action, entry?.detail['undoneFrom']], ['audit.recovered', null])
    assert.equal(entry?.detail['tornBytes'], length)
    assert.equal(one.store.audit.verify().ok, true)
    assert.equal(one.lines().length, 5)
  }
})

test('an entry that was never acknowledged is told as not carried out', (context) => {
  const { store, folder, lines } = written(context, 3)
  // What a process leaves that dies between the entry and its commit.
  const side = new DatabaseSync(join(folder, 'store.db'))
  context.after(() => side.close())
  const end = side.prepare('SELECT sequence, hash FROM audit_head').get()
  const back = (): void => {
    const { sequence, hash } = end as { sequence: number; hash: string }
    side.prepare('UPDATE audit_head SET sequence = ?, hash = ?').run(sequence, hash)
  }
  store.record({ actor, action: 'test.write', target: 'lost' })
  back()
  assert.deepEqual(store.audit.verify(), { ok: true, entries: 4, line: null, problem: null, undone: 1 })
  store.record({ actor, action: 'test.write', target: 'lost again' })
  back()
  assert.deepEqual(store.audit.verify().undone, 3)
  store.record({ actor, action: 'test.write', target: 'next' })
  const [told] = [...store.audit.entries()].slice(-2)
  assert.deepEqual(told?.detail, { undoneFrom: 4, undoneTo: 6, tornBytes: 0 })
  assert.equal(store.audit.verify().ok, true)
  assert.equal(lines().length, 8)
})

test('a store that was put back to an earlier state is found, before and after the next change', (context) => {
  const { store, folder } = written(context, 3)
  const side = new DatabaseSync(join(folder, 'store.db'))
  context.after(() => side.close())
  const { sequence, hash } = side.prepare('SELECT sequence, hash FROM audit_head').get() as {
    sequence: number
    hash: string
  }
  for (let i = 0; i < 3; i++) store.record({ actor, action: 'test.write', target: 'undone' })
  side.prepare('UPDATE audit_head SET sequence = ?, hash = ?').run(sequence, hash)
  assert.match(store.audit.verify().problem ?? '', /the store went back to what it was before entries 4 to 6/)
  store.record({ actor, action: 'test.write', target: 'next' })
  const { problem, line } = store.audit.verify()
  assert.match(problem ?? '', /the store went back to what it was before entries 4 to 6/)
  assert.equal(line, 7)
})

test('pages come newest first, meet at their ends, and pass over what is foreign', (context) => {
  const { store, file } = written(context, 25)
  const seen: (number | undefined)[] = []
  for (let before: number | null = null, pages = 0; pages < 10; pages++) {
    const page = store.audit.page(10, before)
    seen.push(...page.entries.map(({ seq }) => seq))
    before = page.next
    if (before === null) break
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 25 }, (_, index) => 25 - index),
  )
  appendFileSync(file, `${'x'.repeat(300_000)}\nforged\n`)
  assert.equal(store.audit.page(3, null).entries[0]?.seq, 25)
  assert.deepEqual(store.audit.page(1, 17), { entries: [], next: null })
})

test('no text of a caller forges a line, and what was issued does not get in', (context) => {
  const { store, file } = written(context, 0)
  const { key } = store.keys.create(actor, { identity: 'partners', owner: 'Ada' })
  const token = store.adminTokens.replace(actor)
  store.record({
    actor: { name: 'a\u2028b\u202ec', from: null },
    action: 'test.write',
    target: `{"seq":1}\n${key}`,
    detail: { reason: `x\u0000${token}`, 'na"me': true },
  })
  const bytes = readFileSync(file)
  assert.ok(bytes.every((byte) => byte === 10 || (byte >= 0x20 && byte < 0x7f)))
  assert.equal(bytes.toString().split('\n').length, 4)
  assert.ok(!bytes.includes(key) && !bytes.includes(token))
  assert.equal(store.audit.verify().ok, true)
  assert.throws(
    () => store.record({ actor, action: 'test.write', target: 'x'.repeat(200_000) }),
    /too large for the audit log/,
  )
  assert.equal(store.audit.verify().entries, 3)
})
