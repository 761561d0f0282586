import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { decodeSegment } from './decode-segment.ts'
import { normalizeTarget } from './normalize-target.ts'
import { allowedClasses, classNames, type PathClass } from './path-classes.ts'
import { isPlainPath } from './plain-path.ts'
import { Target, type TargetProblem } from './target.ts'

/** `path?query` in normal form with the classes found, or the problem. */
function read(text: string): string {
  const target = new Target()
  const problem = normalizeTarget(text, target)
  if (problem !== null) return `!${problem}`
  const classes = classNames(target.classes).map((name) => ` +${name}`)
  return target.path + (target.query === '' ? '' : `?${target.query}`) + classes.join('')
}

function table(name: string, cases: readonly (readonly [string, string])[]): void {
  describe(name, () => {
    for (const [text, want] of cases) test(JSON.stringify(text), () => assert.equal(read(text), want))
  })
}

table('attack cases', [
  ['/public/../admin', '!dot-segment'], // T1
  ['/public/..', '!dot-segment'],
  ['/./admin', '!dot-segment'],
  ['/.', '!dot-segment'],
  ['/..', '!dot-segment'],
  ['/a/.?q', '!dot-segment'],
  ['/x%2F..%2Fadmin', '!dot-segment'], // T2: also where encoded slashes are allowed
  ['/x%2f..', '!dot-segment'],
  ['/..%2Fadmin', '!dot-segment'],
  ['/x%2F.%2Fadmin', '!dot-segment'],
  ['/x%2Fadmin', '/x%2Fadmin +encoded-slash'],
  ['/x%5Cadmin', '!encoded-backslash'],
  ['/x%5c..%5cadmin', '!encoded-backslash'],
  ['/admin#foo', '!fragment'], // T3
  ['/admin?x#foo', '!fragment'],
  ['/admin%23foo', '/admin%23foo'],
  ['*', '!not-absolute'], // T4
  ['/*', '/*'],
  ['/admin;x=1/a', '/admin;x=1/a +semicolon'], // T5
  ['/a;x/../admin', '!dot-segment'],
  ['/a/..;x/admin', '!dot-segment'],
  ['/a/..;/admin', '!dot-segment'],
  ['/a/.;x', '!dot-segment'],
  ['/a/..%3Bx/admin', '!dot-segment'],
  ['/a/%2e%2e;x', '!dot-segment'],
  ['/a/%2e%2e%3b', '!dot-segment'],
  ['/a%3Bx', '/a%3Bx +semicolon'],
  ['/admin%2F', '/admin%2F +encoded-slash'], // T6
  ['/admin%3Fx', '/admin%3Fx'],
  ['/api../', '/api../'], // T7: one segment, no dot segment
  ['/api%2e%2e/', '/api../'],
  ['/%2e%2e/', '!dot-segment'],
  ['/.%2E/', '!dot-segment'],
  ['/%2E./', '!dot-segment'],
  ['/%2e', '!dot-segment'],
  ['/api%2e/admin/secret', '/api./admin/secret'], // T8
  ['//admin/x', '!leading-double-slash'], // T9
  ['///', '!leading-double-slash'],
  ['/a//admin', '/a//admin +double-slash'],
  ['/a//', '/a// +double-slash'],
  ['/a//..', '!dot-segment'],
  ['admin', '!not-absolute'], // T10
  ['', '!not-absolute'],
  ['?x', '!not-absolute'],
  ['http://h/admin', '!not-absolute'],
  ['h:80', '!not-absolute'],
  ['/%2e%2e%2f%2e%2e%2fetc', '!dot-segment'], // T11
  ['/a\\..\\admin', '!backslash'], // T12
  ['/\\admin', '!backslash'],
  ['\\admin', '!not-absolute'],
  ['/%61pi/x', '/api/x'], // T13
  ['/%2f..%23', '!dot-segment'], // T15
  ['/..%23', '!dot-segment'],
  ['/.%3Fx', '!dot-segment'],
  ['/a%2F%23', '/a%2F%23 +encoded-slash'],
  ['/a/b//admin', '/a/b//admin +double-slash'], // T16
])

table('percent encoding', [
  ['/%41%5A%61%7A%30%39%2D%2e%5f%7E', '/AZaz09-._~'],
  ['/%c3%a9%3a', '/%C3%A9%3A'],
  ['/%21%24%26%27%28%29%2a%2b%2c%3d%40', '/%21%24%26%27%28%29%2A%2B%2C%3D%40'],
  ["/!$&'()*+,=:@", "/!$&'()*+,=:@"],
  ['/%20%22%3c%3E%5b%5D%5e%60%7b%7c%7D', '/%20%22%3C%3E%5B%5D%5E%60%7B%7C%7D'],
  ['/%', '!percent-encoding'],
  ['/%4', '!percent-encoding'],
  ['/%4?1', '!percent-encoding'],
  ['/%%34%31', '!percent-encoding'],
  ['/%g1', '!percent-encoding'],
  ['/%1g', '!percent-encoding'],
  ['/%u002e', '!percent-encoding'],
  ['/% 41', '!percent-encoding'],
  ['/%00', '!control'],
  ['/a%00.json', '!control'],
  ['/%0d%0aX:', '!control'],
  ['/%1F', '!control'],
  ['/%7f', '!control'],
  ['/%25', '/%25'],
  ['/100%25', '/100%25'],
  ['/%252e%252e/', '/%252e%252e/ +encoded-percent'],
  ['/%25%32%65', '/%252e +encoded-percent'],
  ['/%2541', '/%2541 +encoded-percent'],
  ['/%25252F', '/%25252F +encoded-percent'],
  ['/%25%41%42', '/%25AB +encoded-percent'],
  ['/%25%2541', '/%25%2541 +encoded-percent'],
  ['/%25%25', '/%25%25'],
  ['/%25zz', '/%25zz'],
  ['/%254', '/%254'],
])

table('UTF-8', [
  ['/%C2%80%DF%BF', '/%C2%80%DF%BF'],
  ['/%E0%A0%80%ED%9F%BF%EE%80%80%EF%BF%BF', '/%E0%A0%80%ED%9F%BF%EE%80%80%EF%BF%BF'],
  ['/%F0%90%80%80%F4%8F%BF%BF', '/%F0%90%80%80%F4%8F%BF%BF'],
  ['/%C0%AF', '!utf-8'], // overlong slash
  ['/%C0%AE%C0%AE/', '!utf-8'],
  ['/%C1%81', '!utf-8'],
  ['/%E0%80%AF', '!utf-8'],
  ['/%E0%9F%BF', '!utf-8'],
  ['/%F0%80%80%AF', '!utf-8'],
  ['/%F0%8F%BF%BF', '!utf-8'],
  ['/%ED%A0%80', '!utf-8'], // surrogate
  ['/%F4%90%80%80', '!utf-8'],
  ['/%F5%80%80%80', '!utf-8'],
  ['/%FF', '!utf-8'],
  ['/%80', '!utf-8'],
  ['/%C3', '!utf-8'],
  ['/%C3/%A9', '!utf-8'],
  ['/%C3x%A9', '!utf-8'],
  ['/%C3%41', '!utf-8'],
  ['/%C3%C3%A9', '!utf-8'],
  ['/%E2%82', '!utf-8'],
  ['/a?%C3', '!utf-8'],
  ['/a?%C3&%A9', '!utf-8'],
  ['/a?%C0%AF', '!utf-8'],
])

table('characters', [
  ['/', '/'],
  ['/a/', '/a/'],
  ['/...', '/...'],
  ['/.a/..b/a../.well-known', '/.a/..b/a../.well-known'],
  ['/a b', '!character'],
  ['/a\tb', '!character'],
  ['/a\0', '!character'],
  ['/a\x7f', '!character'],
  ['/\xe9', '!character'],
  ['/\xff', '!character'],
  ['/\u0141', '!character'],
  ['/\u2025/', '!character'],
  ['/a"', '!character'],
  ['/<', '!character'],
  ['/>', '!character'],
  ['/^', '!character'],
  ['/`', '!character'],
  ['/{id}', '!character'],
  ['/|', '!character'],
  ['/[1]', '!character'],
  ['/]', '!character'],
])

table('query', [
  ['/a?', '/a'],
  ['/a?b=1&c=2', '/a?b=1&c=2'],
  ['/a??', '/a??'],
  ['/a?x?y/z;w:@', '/a?x?y/z;w:@'],
  ['/a?../..', '/a?../..'],
  ['/a?a[0]=1', '/a?a[0]=1'],
  ['/a?q="<>^`{|}\\', '/a?q=%22%3C%3E%5E%60%7B%7C%7D%5C'],
  ['/a?x=%2f%41%e2%82%ac', '/a?x=%2F%41%E2%82%AC'],
  ['/a?x=%0d%0a%09', '/a?x=%0D%0A%09'],
  ['/a?x=%00', '!control'],
  ['/a?x=%', '!percent-encoding'],
  ['/a?x=%4', '!percent-encoding'],
  ['/a?x=%zz', '!percent-encoding'],
  ['/a?x y', '!character'],
  ['/a?x\r\n', '!character'],
  ['/a?\x7f', '!character'],
  ['/a?\xe9', '!character'],
  ['/a?\u0141', '!character'],
  ['/a?x=%252e', '/a?x=%252e'],
])

test('what is normal comes back as the same string', () => {
  const target = new Target()
  for (const path of ['/v1/orders/1001/items', '/caf%C3%A9/%3A', `/${'x'.repeat(400)}`]) {
    assert.equal(normalizeTarget(`${path}?q=%E2%82%AC`, target), null)
    assert.equal(target.path, path)
    assert.equal(target.query, 'q=%E2%82%AC')
  }
})

test('a character that finds no room in the quick look is not overlooked', () => {
  const target = new Target()
  assert.equal(normalizeTarget(`/${'x'.repeat(254)}`, target), null)
  for (const last of ['\u2025', '\ud83d\ude00', '\ud800']) {
    for (let room = 0; room < 4; room++) {
      assert.equal(normalizeTarget(`/${'x'.repeat(254 - room)}`.slice(0, -1) + last, target), 'character')
    }
  }
})

test('a reused target keeps nothing of the request before', () => {
  const target = new Target()
  assert.equal(normalizeTarget('/a;x//%2F?q=1', target), null)
  assert.notEqual(target.classes, 0)
  assert.equal(normalizeTarget('/b', target), null)
  assert.deepEqual({ ...target }, { path: '/b', query: '', classes: 0 })
})

test('allowances', () => {
  const names: PathClass[] = ['semicolon', 'encoded-slash', 'double-slash', 'encoded-percent']
  assert.deepEqual(classNames(allowedClasses(names)), names)
  assert.deepEqual(classNames(allowedClasses([])), [])
  for (const name of names) assert.deepEqual(classNames(allowedClasses([name, name])), [name])
})

// Measured: 40 ns. The bound is for a busy machine.
test('a path of forty characters that is normal costs next to nothing', (t) => {
  const target = new Target()
  const targets = Array.from({ length: 64 }, (_, i) =>
    Buffer.from(`/v1/customers/${1000 + i}/orders/2000/items/33`).toString('latin1'),
  )
  const time = (): number => {
    const start = process.hrtime.bigint()
    for (let i = 0; i < 100_000; i++) if (normalizeTarget(targets[i & 63]!, target) !== null) assert.fail()
    return Number(process.hrtime.bigint() - start) / 100_000
  }
  const best = Math.min(...Array.from({ length: 10 }, time))
  t.diagnostic(`${Math.round(best)} ns`)
  assert.ok(best < 5000)
})

test('decodeSegment', () => {
  assert.equal(decodeSegment('abc'), 'abc')
  assert.equal(decodeSegment('caf%C3%A9%2Fx%2541'), 'café/x%41')
  assert.throws(() => decodeSegment('%C3'), URIError)
})

describe('properties', () => {
  const token = fc.constantFrom(
    ...'/ // . .. ; ? # % %2 %2e %2E %2f %2F %5c %3b %25 %41 %c3%a9 %C0%AF %00 %20 %7E a B 0 - _ ~ : @ + [ \\ " é'.split(
      ' ',
    ),
    ' ',
  )
  const near = fc.array(token, { maxLength: 14 }).map((list) => `/${list.join('')}`)
  const bytes = fc.uint8Array({ maxLength: 40 }).map((list) => Buffer.from(list).toString('latin1'))
  const anything = fc.oneof(
    near,
    near,
    bytes,
    bytes.map((text) => `/${text}`),
    fc.string({ unit: 'binary' }),
  )
  const accepted = (text: string): Target | null => {
    const target = new Target()
    return normalizeTarget(text, target) === null ? target : null
  }
  const whole = (target: Target): string => target.path + (target.query === '' ? '' : `?${target.query}`)

  test('normal form is a fixed point, of visible ASCII, with the same classes', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const once = accepted(text)
        if (once === null) return
        assert.match(whole(once), /^\/[!-~]*$/)
        assert.deepEqual(accepted(whole(once)), once)
      }),
      { numRuns: 20_000 },
    )
  })

  test('a URL parser resolves nothing in it', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const target = accepted(text)
        if (target === null) return
        const url = new URL(whole(target), 'http://h')
        assert.equal(url.host, 'h')
        assert.equal(url.pathname, target.path)
        assert.equal(url.hash, '')
        // The URL standard encodes an apostrophe in a query.
        assert.equal(url.search.slice(1), target.query.replaceAll("'", '%27'))
      }),
      { numRuns: 20_000 },
    )
  })

  test('a plain path has nothing to look at closely', () => {
    const plain = fc.constantFrom(
      '/',
      '/',
      '/.',
      '..',
      '.',
      'a',
      'B9',
      '~',
      ':@',
      ';',
      '%41',
      '\\',
      'é',
      '\u0141',
      '\ud800',
      ' ',
    )
    const long = fc.nat(260).map((length) => `/${'x'.repeat(length)}`)
    const tail = fc.array(plain, { maxLength: 8 }).map((list) => list.join(''))
    fc.assert(
      fc.property(fc.oneof(fc.constant('/'), fc.constant('/a'), fc.constant(''), long), tail, (head, end) => {
        const path = head + end
        const isPlain =
          /^(?:\/(?:[\w~:@][\w.~:@]*)?)+$/.test(path) && !path.includes('//') && path.length < 256
        assert.equal(isPlainPath(path), isPlain, JSON.stringify(path))
        if (isPlain) assert.deepEqual({ ...accepted(path) }, { path, query: '', classes: 0 })
      }),
      { numRuns: 20_000 },
    )
  })

  test('it decodes to what the client sent, and decoding never fails', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const target = accepted(text)
        if (target === null) return
        assert.equal(decodeSegment(target.path), decodeURIComponent(text.split('?')[0]!))
        for (const segment of target.path.split('/')) decodeSegment(segment)
        decodeURIComponent(target.query)
      }),
      { numRuns: 20_000 },
    )
  })

  test('no reading of it by a careless service has a dot segment', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const target = accepted(text)
        if (target === null) return
        const decoded = decodeURIComponent(target.path)
        for (const segment of decoded.split(/[/\\]/)) {
          assert.ok(!/^\.\.?([;?#].*)?$/s.test(segment), JSON.stringify(target.path))
        }
      }),
      { numRuns: 20_000 },
    )
  })

  test('the path alone decides what is refused or found in it', () => {
    fc.assert(
      fc.property(near, (text) => {
        const path = text.split('?')[0]!
        const [a, b] = [new Target(), new Target()]
        const alone: TargetProblem | null = normalizeTarget(path, a)
        const joined = normalizeTarget(`${path}?x=1`, b)
        assert.equal(alone, joined)
        if (alone === null) assert.deepEqual([a.path, a.classes], [b.path, b.classes])
      }),
    )
  })
})
