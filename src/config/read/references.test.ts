import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { References, UnresolvedReference } from './references.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-references-'))
after(() => rmSync(folder, { recursive: true }))

const open = '$' + '{'
const reference = (what: string): string => `${open}${what}}`

test('references are resolved inside text, and remembered as secrets', () => {
  const references = new References({ A: 'one', B: 'two' })
  assert.deepEqual(references.resolve(`x${reference('env:A')}-${reference('env:B')}y`, folder), {
    text: 'xone-twoy',
    referenced: true,
  })
  assert.deepEqual([...references.secrets], ['one', 'two'])
})

test('one trailing line feed of a file is no part of the value', () => {
  writeFileSync(join(folder, 'secret'), 'line\n\n')
  const references = new References({})
  assert.equal(references.resolve(reference('file:./secret'), folder).text, 'line\n')
})

test('a literal is written with two dollars, and a lone dollar stays', () => {
  const references = new References({ A: 'one' })
  assert.deepEqual(references.resolve(`$${open}env:A} costs 5$ or $$`, folder), {
    text: `${open}env:A} costs 5$ or $$`,
    referenced: false,
  })
})

test('what a reference gives is not read again', () => {
  const references = new References({ A: reference('env:B'), B: 'two' })
  assert.equal(references.resolve(reference('env:A'), folder).text, reference('env:B'))
})

test('there is no fallback', () => {
  writeFileSync(join(folder, 'empty'), '\n')
  writeFileSync(join(folder, 'large'), 'x'.repeat(1024 * 1024 + 1))
  const references = new References({ EMPTY: '' })
  for (const what of [
    'env:MISSING',
    'env:EMPTY',
    'file:./missing',
    'file:./empty',
    'file:./large',
    'file:.',
    'vault:x',
    '',
  ]) {
    assert.throws(() => references.resolve(reference(what), folder), UnresolvedReference, what)
  }
  assert.throws(() => references.resolve(`${open}env:A`, folder), UnresolvedReference)
  assert.equal(references.secrets.size, 0)
})
