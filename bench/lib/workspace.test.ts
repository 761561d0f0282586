import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { fillTemplate } from './workspace.ts'

const gateways = new URL('../gateways', import.meta.url)
const values = {
  ...{ FOLDER: '/f', LOG: '/f/access.log', PLAIN: 1, TLS: 2, ADMIN: 3, BACKEND: 4 },
  ...{ CERT: '/f/c', KEY: '/f/k', PEM: '/f/p', BODY: 'b' },
  ...{
    ISSUER: 'i',
    AUDIENCE: 'a',
    JWKS: '{}',
    TOKENKEY: '/f/t',
    CACHE: '',
    AUTHORIZE: '',
    PAYLOAD: '',
    RBAC: '',
  },
}

test('every configuration of the bench is filled in whole', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const files = readdirSync(gateways, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  assert.ok(files.length >= 6)
  for (const { parentPath, name } of files) {
    const target = join(folder, name)
    fillTemplate(pathToFileURL(join(parentPath, name)), target, values)
    assert.doesNotMatch(readFileSync(target, 'utf8').replace('@NAMES@', ''), /@[A-Z]+@/, name)
  }
})

test('a name without a value is refused', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const template = join(folder, 'template')
  writeFileSync(template, 'listen @NOTHING@;')
  assert.throws(
    () => fillTemplate(pathToFileURL(template), join(folder, 'out'), values),
    /asks for @NOTHING@/,
  )
})
