import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test from 'node:test'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { findSlot, header, neverEnds, revokedNow, viewsOf } from './key-layout.ts'
import { type KeyEntry, KeyTable } from './key-table.ts'

function entry(name: string, ends: number = neverEnds): KeyEntry {
  return {
    digest: createHash('sha256').update(name).digest(),
    ends,
    created: 7,
    text: Buffer.from(JSON.stringify([name, 'partners', `owner of ${name}`])),
  }
}

/** What a reader sees of a key: when it ends and its text. */
function read(table: KeyTable, name: string): readonly [ends: number, text: string] | undefined {
  const views = viewsOf(table.memory)
  const record = views.slots[findSlot(views, entry(name).digest)]!
  if (record === 0) return undefined
  const start = (record + header.words) * 4
  const text = views.bytes.subarray(start, start + views.words[record + header.length]!)
  return [views.words[record + header.ends]! >>> 0, text.toString()]
}

test('is a map from hashes to records, also when it is full and taken over', () => {
  const action = fc.record({
    name: fc.nat(60).map(String),
    ends: fc.constantFrom(revokedNow, 5, 1_000_000, neverEnds),
  })
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
      let table = new KeyTable(0, 0)
      const model = new Map<string, number>()
      for (const [step, { name, ends }] of actions.entries()) {
        assert.ok(table.put(entry(name, ends)))
        if (model.has(name) || ends !== revokedNow) model.set(name, ends)
        if (step % 50 !== 49) continue
        const next = new KeyTable(table.live, table.textBytes)
        assert.ok(next.takeFrom(table, 5))
        for (const [known, end] of model) if (end <= 5) model.delete(known)
        table = next
      }
      for (let name = 0; name <= 60; name++) {
        const ends = model.get(String(name))
        const expected = ends === undefined ? undefined : [ends, entry(String(name)).text.toString()]
        assert.deepEqual(read(table, String(name)), expected)
      }
      assert.equal(table.live, [...model.values()].filter((ends) => ends !== revokedNow).length)
    }),
    { numRuns: 200 },
  )
})

test('says that there is no room before it is full, and has changed nothing then', () => {
  const table = new KeyTable(0, 0)
  let put = 0
  while (table.put(entry(String(put)))) put++
  assert.ok(put > 100)
  assert.equal(read(table, String(put)), undefined)
  assert.equal(table.live, put)
  for (let i = 0; i < put; i++) assert.notEqual(read(table, String(i)), undefined)
  // What is there can still end.
  assert.ok(table.put(entry('3', revokedNow)))
  assert.equal(read(table, '3')?.[0], revokedNow)
  const long = new KeyTable(10, 0)
  assert.equal(long.put({ ...entry('long'), text: Buffer.alloc(100_000, 65) }), false)
})

test('uses are read back, and go along into a larger table', () => {
  const table = new KeyTable(3, 0)
  for (const name of ['a', 'b', 'c']) table.put(entry(name))
  const views = viewsOf(table.memory)
  const use = (name: string, minute: number) => {
    const record = views.slots[findSlot(views, entry(name).digest)]!
    Atomics.store(views.words, record + header.lastUsed, minute)
  }
  use('a', 100)
  use('c', 102)
  const used = (of: KeyTable, since: number) =>
    [...of.usedSince(since)].map(({ text, minute }) => [JSON.parse(text.toString())[0], minute])
  assert.deepEqual(used(table, 1), [
    ['a', 100],
    ['c', 102],
  ])
  assert.deepEqual(used(table, 101), [['c', 102]])
  const larger = new KeyTable(100, 0)
  assert.ok(larger.takeFrom(table, 0))
  assert.deepEqual(used(larger, 101), [['c', 102]])
})

test('a thread that reads while another writes sees a key whole or not, and a revocation for good', async (context) => {
  const keys = 30_000
  const table = new KeyTable(keys, keys * 60)
  const layout = JSON.stringify(new URL('./key-layout.ts', import.meta.url).href)
  const worker = new Worker(
    `const { workerData, parentPort } = require('node:worker_threads')
     const { createHash } = require('node:crypto')
     import(${layout}).then(({ viewsOf, findSlot, header }) => {
       const views = viewsOf(workerData)
       const digests = Array.from({ length: ${keys} }, (_, i) => createHash('sha256').update('k' + i).digest())
       const revoked = new Set()
       let [seen, torn, risen] = [0, 0, 0]
       parentPort.postMessage('ready')
       const stop = () => Atomics.load(views.words, 0) === 1
       for (let last = false; ; last = stop()) {
         for (let i = 0; i < ${keys}; i++) {
           const record = Atomics.load(views.slots, findSlot(views, digests[i]))
           if (record === 0) { if (last) torn++; continue }
           const ends = Atomics.load(views.words, record + header.ends) >>> 0
           const start = (record + header.words) * 4
           const text = views.bytes.toString('utf8', start, start + views.words[record + header.length])
           if (text !== JSON.stringify(['k' + i, 'partners', 'owner of k' + i])) torn++
           if (ends === 0) revoked.add(i)
           else if (revoked.has(i) || (last && i % 3 === 0)) risen++
           seen++
         }
         if (last) break
       }
       parentPort.postMessage({ seen, torn, risen, revoked: revoked.size })
     })`,
    { eval: true, workerData: table.memory },
  )
  context.after(() => worker.terminate())
  const message = () => new Promise((resolve) => worker.once('message', resolve))
  await message()
  const done = message()
  for (let i = 0; i < keys; i++) {
    assert.ok(table.put(entry(`k${i}`)))
    if (i >= 10 && (i - 10) % 3 === 0) table.put(entry(`k${i - 10}`, revokedNow))
  }
  for (let i = keys - 12; i < keys; i++) if (i % 3 === 0) table.put(entry(`k${i}`, revokedNow))
  // The word before the first record belongs to nobody: here it says that the writer is done.
  Atomics.store(new Int32Array(table.memory.records), 0, 1)
  const { seen, ...wrong } = (await done) as { seen: number; torn: number; risen: number; revoked: number }
  assert.ok(seen >= keys)
  assert.deepEqual(wrong, { torn: 0, risen: 0, revoked: keys / 3 })
})
