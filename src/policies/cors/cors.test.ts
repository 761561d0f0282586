import assert from 'node:assert/strict'
import test from 'node:test'
import { cors } from './cors.ts'

const app = 'https://app.example.com'
const parse = (settings: object) => cors.config.parse({ origins: [app], ...settings })

test('origins are accepted only in the form in which browsers send them', () => {
  for (const origin of [app, 'http://localhost:3000', 'https://[::1]:8443', 'app://example.web', '*']) {
    assert.ok(cors.config.safeParse({ origins: [origin] }).success, origin)
  }
  const wrong = [
    'null',
    'app.example.com',
    `${app}/`,
    `${app}:443`,
    'https://*.example.com',
    'HTTPS://a.example',
  ]
  wrong.push(
    'https://App.example.com',
    'https://user@a.example',
    `${app}?x`,
    `${app}#x`,
    ` ${app}`,
    'file://',
    '',
  )
  for (const origin of wrong)
    assert.equal(cors.config.safeParse({ origins: [origin] }).success, false, origin)
})

test('every origin is never allowed with credentials, nor beside others', () => {
  assert.equal(cors.config.safeParse({ origins: ['*'], credentials: true }).success, false)
  assert.equal(cors.config.safeParse({ origins: ['*', app] }).success, false)
  assert.equal(cors.config.safeParse({ origins: [] }).success, false)
})

test('wildcards, unknown methods and times without a unit are refused', () => {
  for (const settings of [
    { methods: ['*'] },
    { methods: ['get'] },
    { methods: ['TRACE'] },
    { headers: ['*'] },
    { expose: ['*'] },
    { maxAge: 600 },
    { maxAge: '600' },
    { maxAge: '25h' },
  ]) {
    assert.equal(
      cors.config.safeParse({ origins: [app], ...settings }).success,
      false,
      JSON.stringify(settings),
    )
  }
})

test('says what an inner block opens', () => {
  const outer = parse({})
  assert.equal(cors.opens?.(undefined, outer), null)
  assert.equal(cors.opens?.(outer, outer), null)
  assert.equal(cors.opens?.(parse({ credentials: true }), outer), null)
  assert.match(cors.opens?.(undefined, parse({ origins: ['*'] })) ?? '', /every origin/)
  assert.match(cors.opens?.(outer, parse({ origins: ['*'] })) ?? '', /every origin/)
  assert.match(cors.opens?.(outer, parse({ credentials: true })) ?? '', /cookies/)
  assert.match(cors.opens?.(outer, parse({ origins: [app, 'https://b.example'] })) ?? '', /b\.example/)
})
