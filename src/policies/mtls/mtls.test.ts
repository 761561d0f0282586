import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { mtls } from './mtls.ts'
import { compileName, nameKinds } from './name-pattern.ts'

const loads = (names: unknown): boolean => mtls.config.safeParse({ names }).success

test('a rule without a name, and an empty list, would admit everybody or nobody, and do not load', () => {
  for (const names of [
    [],
    [{}],
    [{ issuer: 'CN=Root' }],
    [{ scopes: ['a'] }],
    undefined,
    'any',
    [{ commonName: '' }],
  ])
    assert.equal(loads(names), false, JSON.stringify(names))
  assert.equal(loads([{ commonName: 'ada' }]), true)
})

test('a wildcard stands where names of its kind vary, once, and never for a whole name', () => {
  const wrong = {
    commonName: ['*', 'a*', '*a', '*.com', 'a.*', '*.*.example.com', 'a.*.example.com', '*..com'],
    dns: ['*', '*.com', 'www*.example.com', 'a.*.com', '*.*.example.com', '**.example.com'],
    uri: [
      '*',
      'spiffe://*',
      'spiffe://*/a',
      'spiffe://example.com/*/a',
      'spiffe://example.com/a*',
      '*://a/b',
      'spiffe://example.com/**',
      'spiffe://example.com/a?*',
    ],
    email: ['*', '*@*', 'a@*', '*@a@b', 'a*@example.com', '*@'],
    subject: [
      '*',
      'CN=*',
      'CN=a*,O=b',
      '*,O=b',
      'CN=a,OU=*,O=b',
      'CN=*,OU=*,O=b',
      '=*,O=b',
      'CN=x+UID=*,O=b',
    ],
  } as const
  for (const kind of nameKinds)
    for (const written of wrong[kind]) {
      assert.equal(typeof compileName(kind, written), 'string', `${kind} ${written}`)
      assert.equal(loads([{ [kind]: written }]), false, `${kind} ${written}`)
    }
})

test('control characters are in no rule', () => {
  for (const kind of nameKinds) assert.equal(loads([{ [kind]: 'a\nb' }]), false)
})

test('an exact rule means exactly its name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
      fc.pre(!one.includes('*') && !one.includes('@'))
      for (const kind of ['commonName', 'uri', 'subject'] as const) {
        const pattern = compileName(kind, one)
        assert.ok(typeof pattern === 'function')
        assert.equal(pattern(one), true)
        assert.equal(pattern(other), one === other)
      }
    }),
  )
})

test('what a wildcard stands for has no separator in it, whatever is tried', () => {
  const pieces = fc.array(
    fc.constantFrom(
      'a',
      '.',
      '/',
      ',',
      '+',
      '\\',
      '@',
      '*',
      '?',
      'CN=',
      ',OU=d,O=E',
      '.d.ex.com',
      '@ex.com',
      'spiffe://ex.com/d/',
    ),
    { maxLength: 8 },
  )
  const patterns = {
    dns: ['*.d.ex.com', /^[^.*]+\.d\.ex\.com$/],
    commonName: ['*.d.ex.com', /^[^.*]+\.d\.ex\.com$/],
    uri: ['spiffe://ex.com/d/*', /^spiffe:\/\/ex\.com\/d\/[^/?#*]+$/],
    email: ['*@ex.com', /^[^@*]+@ex\.com$/],
    subject: ['CN=*,OU=d,O=E', /^CN=([^,+*\\]|\\[^*])+,OU=d,O=E$/],
  } as const
  fc.assert(
    fc.property(pieces, (list) => {
      const name = list.join('')
      for (const kind of nameKinds) {
        const [written, form] = patterns[kind]
        const pattern = compileName(kind, written)
        assert.ok(typeof pattern === 'function')
        const read = kind === 'dns' ? name.toLowerCase() : name
        assert.equal(
          pattern(read),
          (kind === 'dns' ? new RegExp(form, 'i') : form).test(name),
          `${kind} ${name}`,
        )
      }
    }),
    { numRuns: 3000 },
  )
})
