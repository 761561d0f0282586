import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RoutedOperation } from './conflicts.ts'
import { buildRouter } from './router.ts'
import { hashSegment } from './segmented-path.ts'

/** `METHOD /template`, optionally `@host` or `@host,host` behind it. */
function operations(lines: readonly string[]): RoutedOperation[] {
  return lines.map((line) => {
    const [method, template, hosts] = line.split(' ')
    return {
      method: method!,
      template: template!,
      hosts: hosts === undefined ? [] : hosts.slice(1).split(','),
    }
  })
}

/** What a router of these operations says: the operation's line with its parameters, `405 allow`, or `404`. */
function routes(lines: readonly string[]): (request: string, host?: string) => string {
  const router = buildRouter(operations(lines))
  return (request, host = 'h') => {
    const [method, path] = request.split(' ')
    const match = router.match(host, path!, method!)
    if (match.operation >= 0) return [lines[match.operation], ...match.parameters].join(' | ')
    return match.allow === '' ? '404' : `405 ${match.allow}`
  }
}

describe('precedence', () => {
  test('literal before text with parameters before a parameter', () => {
    const route = routes([
      'GET /o/{id}',
      'GET /o/status',
      'GET /o/{id}:cancel',
      'GET /o/x{id}',
      'GET /o/xyz{id}',
    ])
    assert.equal(route('GET /o/status'), 'GET /o/status')
    assert.equal(route('GET /o/7'), 'GET /o/{id} | 7')
    assert.equal(route('GET /o/7:cancel'), 'GET /o/{id}:cancel | 7')
    assert.equal(route('GET /o/xyz7'), 'GET /o/xyz{id} | 7')
    assert.equal(route('GET /o/xy7'), 'GET /o/x{id} | y7')
    assert.equal(route('GET /o/xyz'), 'GET /o/x{id} | yz')
    assert.equal(route('GET /o/x'), 'GET /o/{id} | x')
    assert.equal(route('GET /o/:cancel'), 'GET /o/{id} | :cancel')
  })

  test('steps back out of a dead end, and forgets what it captured there', () => {
    const route = routes(['GET /a/b/c', 'GET /a/{x}/d', 'GET /{x}/b/{y}/e', 'GET /{p}-{q}/b/{z}/f'])
    assert.equal(route('GET /a/b/c'), 'GET /a/b/c')
    assert.equal(route('GET /a/b/d'), 'GET /a/{x}/d | b')
    assert.equal(route('GET /a/b/c/e'), 'GET /{x}/b/{y}/e | a | c')
    assert.equal(route('GET /m-n/b/c/e'), 'GET /{x}/b/{y}/e | m-n | c')
    assert.equal(route('GET /m-n/b/c/f'), 'GET /{p}-{q}/b/{z}/f | m | n | c')
    assert.equal(route('GET /a/b/c/f'), '404')
  })

  test('a less specific path lends no method', () => {
    const route = routes(['GET /o/status', 'DELETE /o/{id}', 'PATCH /o/{id}'])
    assert.equal(route('DELETE /o/status'), '405 GET')
    assert.equal(route('GET /o/7'), '405 DELETE, PATCH')
  })
})

describe('segments', () => {
  test('a parameter is one segment and never empty', () => {
    const route = routes(['GET /o/{id}', 'GET /o/{id}/items/{item}'])
    assert.equal(route('GET /o/'), '404')
    assert.equal(route('GET /o/1/2'), '404')
    assert.equal(route('GET /o/1/items/'), '404')
    assert.equal(route('GET /o//items/2'), '404')
    assert.equal(route('GET /o/1/items/2'), 'GET /o/{id}/items/{item} | 1 | 2')
  })

  test('a trailing slash matters', () => {
    const route = routes(['GET /a', 'GET /b/', 'GET /', 'GET /p/{id}/'])
    assert.equal(route('GET /a'), 'GET /a')
    assert.equal(route('GET /a/'), '404')
    assert.equal(route('GET /b'), '404')
    assert.equal(route('GET /b/'), 'GET /b/')
    assert.equal(route('GET /'), 'GET /')
    assert.equal(route('GET /p/1'), '404')
    assert.equal(route('GET /p/1/'), 'GET /p/{id}/ | 1')
  })

  test('case, prefixes and lengths of segments matter', () => {
    const route = routes(['GET /orders/list'])
    for (const path of [
      '/Orders/list',
      '/orders/lis',
      '/orders/lists',
      '/order/list',
      '/orderslist',
      '/list',
      '/orders/list/x',
    ]) {
      assert.equal(route(`GET ${path}`), '404', path)
    }
  })

  test('a text with the same hash is another text', () => {
    // Pairs with equal 32-bit FNV-1a; whoever sends requests can compute as many as he likes.
    const pairs = [
      ['costarring', 'liquid'],
      ['declinate', 'macallums'],
      ['altarage', 'zinke'],
    ] as const
    for (const [one, other] of pairs) {
      const route = routes([`GET /${one}`, 'GET /{id}'])
      assert.equal(hashSegment(one), hashSegment(other))
      assert.equal(route(`GET /${other}`), `GET /{id} | ${other}`)
      const both = routes([`GET /${one}`, `GET /${other}`])
      assert.equal(both(`GET /${one}`), `GET /${one}`)
      assert.equal(both(`GET /${other}`), `GET /${other}`)
    }
  })

  test('parameters inside a segment', () => {
    const route = routes([
      'GET /r.{format}',
      'GET /c/{base}...{head}',
      'GET /d/{y}-{m}-{d}.json',
      'GET /k/a{x}a',
    ])
    assert.equal(route('GET /r.json'), 'GET /r.{format} | json')
    assert.equal(route('GET /r.'), '404')
    assert.equal(route('GET /c/main...topic'), 'GET /c/{base}...{head} | main | topic')
    assert.equal(route('GET /c/a....b'), 'GET /c/{base}...{head} | a | .b')
    assert.equal(route('GET /c/....b'), 'GET /c/{base}...{head} | . | b')
    assert.equal(route('GET /c/...b'), '404')
    assert.equal(route('GET /c/a...'), '404')
    assert.equal(route('GET /d/2026-11-24.json'), 'GET /d/{y}-{m}-{d}.json | 2026 | 11 | 24')
    assert.equal(route('GET /d/1-2-3-4.json'), 'GET /d/{y}-{m}-{d}.json | 1 | 2 | 3-4')
    assert.equal(route('GET /d/2026-11.json'), '404')
    assert.equal(route('GET /k/aa'), '404')
    assert.equal(route('GET /k/aba'), 'GET /k/a{x}a | b')
    assert.equal(route('GET /k/a'), '404')
  })

  test('text of a template is no part of a triplet', () => {
    const route = routes(['GET /{x}A', 'GET /p/{x}A{y}', 'GET /q/{x}', 'GET /s/{x}2{y}'])
    assert.equal(route('GET /b%2FA'), 'GET /{x}A | b/')
    assert.equal(route('GET /b%5A'), '404')
    assert.equal(route('GET /p/b%EA%AA%AAc'), '404')
    assert.equal(route('GET /p/b%EA%AA%AAAc'), 'GET /p/{x}A{y} | b\uaaaa | c')
    assert.equal(route('GET /s/%222%22'), 'GET /s/{x}2{y} | " | "')
    assert.equal(route('GET /q/caf%C3%A9%2Fx'), 'GET /q/{x} | café/x')
  })

  test('literals are brought to the normal form of paths', () => {
    const route = routes(['GET /café/a"b', 'GET /caf%c3%a8/%7e', 'GET /x[]', 'GET /%3Ay'])
    assert.equal(route('GET /caf%C3%A9/a%22b'), 'GET /café/a"b')
    assert.equal(route('GET /caf%C3%A8/~'), 'GET /caf%c3%a8/%7e')
    assert.equal(route('GET /x%5B%5D'), 'GET /x[]')
    assert.equal(route('GET /:y'), 'GET /%3Ay')
  })
})

describe('methods', () => {
  test('HEAD, OPTIONS and any other only as declared; Allow is sorted', () => {
    const route = routes(['POST /a', 'GET /a', 'HEAD /b', 'OPTIONS /b'])
    assert.equal(route('HEAD /a'), '405 GET, POST')
    assert.equal(route('OPTIONS /a'), '405 GET, POST')
    assert.equal(route('HEAD /b'), 'HEAD /b')
    assert.equal(route('GET /b'), '405 HEAD, OPTIONS')
    assert.equal(route('get /a'), '405 GET, POST')
    assert.equal(route('* /a'), '405 GET, POST')
    assert.equal(route('BREW /none'), '404')
  })

  test('an answer may be kept: the next request does not change it', () => {
    const router = buildRouter(operations(['GET /a/{x}', 'POST /b']))
    const first = router.match('h', '/a/1', 'GET')
    const refused = router.match('h', '/b', 'GET')
    router.match('h', '/a/2', 'GET')
    router.match('h', '/a/2', 'PUT')
    assert.deepEqual(first, { operation: 0, parameters: ['1'], allow: '' })
    assert.deepEqual(refused, { operation: -1, parameters: [], allow: 'POST' })
  })
})

describe('wildcards', () => {
  const route = routes([
    'GET /v1/orders',
    '* /v1/*',
    'GET /v1/orders/*',
    '* /v1/{tenant}/files/*',
    'GET /v2/a',
    'GET /v3/*',
  ])
  test('take what nobody declares, at and below their place', () => {
    assert.equal(route('GET /v1'), '* /v1/*')
    assert.equal(route('GET /v1/'), '* /v1/*')
    assert.equal(route('PUT /v1/x/y/z/'), '* /v1/*')
    assert.equal(route('GET /v1x'), '404')
    assert.equal(route('GET /'), '404')
  })
  test('declared operations first, undeclared methods of them too', () => {
    assert.equal(route('GET /v1/orders'), 'GET /v1/orders')
    assert.equal(route('POST /v1/orders'), '* /v1/*')
    assert.equal(route('GET /v2/x'), '404')
    assert.equal(route('POST /v2/a'), '405 GET')
  })
  test('the longest that declares the method', () => {
    assert.equal(route('GET /v1/orders/1/2'), 'GET /v1/orders/*')
    assert.equal(route('POST /v1/orders/1/2'), '* /v1/*')
    assert.equal(route('POST /v1/t/files/a'), '* /v1/{tenant}/files/* | t')
    assert.equal(route('POST /v1/t/fles/a'), '* /v1/*')
    assert.equal(route('POST /v3/x'), '405 GET')
  })
  test('what a dead end captured is forgotten', () => {
    const many = routes(['* /{a}-{b}-{c}/*', '* /{a}-{b}/x/*', '* /{t}/y/*', '* /{t}/*'])
    assert.equal(many('GET /1-2/y/z'), '* /{t}/y/* | 1-2')
    assert.equal(many('GET /1-2/z'), '* /{t}/* | 1-2')
    assert.equal(many('GET /1-2/x/z'), '* /{a}-{b}/x/* | 1 | 2')
    assert.equal(many('GET /1-2-3/x/z'), '* /{a}-{b}-{c}/* | 1 | 2 | 3')
  })
  test('the widest of all', () => {
    const all = routes(['GET /a', '* /*'])
    assert.equal(all('GET /a'), 'GET /a')
    for (const path of ['/', '/a/', '/b', '/x/y/z']) assert.equal(all(`GET ${path}`), '* /*', path)
    assert.equal(all('POST /a'), '* /*')
  })
  test('`*` as a method of one path', () => {
    const any = routes(['* /a', 'GET /a'])
    assert.equal(any('GET /a'), 'GET /a')
    assert.equal(any('PUT /a'), '* /a')
  })
})

describe('hosts', () => {
  const route = routes([
    'GET /a @x,y',
    'GET /a',
    'POST /a',
    'GET /b/{id} @x',
    'GET /b/c',
    'GET /d @y',
    '* /* @z',
    'GET /e/* @x',
    'PUT /e/f',
  ])
  test('those of the host before those for every host', () => {
    assert.equal(route('GET /a', 'x'), 'GET /a @x,y')
    assert.equal(route('GET /a', 'y'), 'GET /a @x,y')
    assert.equal(route('GET /a', 'w'), 'GET /a')
    assert.equal(route('GET /b/c', 'x'), 'GET /b/{id} @x | c')
    assert.equal(route('GET /b/c', 'y'), 'GET /b/c')
  })
  test('a method that the host does not declare may be declared for every host', () => {
    assert.equal(route('POST /a', 'x'), 'POST /a')
    assert.equal(route('PUT /a', 'x'), '405 GET, POST')
    assert.equal(route('PUT /a', 'w'), '405 GET, POST')
  })
  test('another host, or none, has nothing of it', () => {
    assert.equal(route('GET /d', 'x'), '404')
    assert.equal(route('GET /d', ''), '404')
    assert.equal(route('GET /d', 'y.evil'), '404')
    assert.equal(route('GET /d', '__proto__'), '404')
  })
  test('wildcards come after everything declared', () => {
    assert.equal(route('GET /b/c', 'z'), 'GET /b/c')
    assert.equal(route('GET /zzz', 'z'), '* /* @z')
    assert.equal(route('GET /e/f', 'x'), 'GET /e/* @x')
    assert.equal(route('PUT /e/f', 'x'), 'PUT /e/f')
    assert.equal(route('POST /e/f', 'x'), '405 GET, PUT')
  })
})

describe('paths with two readings (T5, T6, T16)', () => {
  test('a reserved character, encoded, does not pass a declared path by', () => {
    const route = routes(['GET /o/{id}', 'POST /o/{id}:cancel', 'GET /o/a@b', 'GET /x/*', 'GET /x/adm!n'])
    assert.equal(route('GET /o/a%40b'), '404')
    assert.equal(route('GET /o/a@b'), 'GET /o/a@b')
    assert.equal(route('GET /o/7%3Acancel'), '404')
    assert.equal(route('POST /o/7%3Acancel'), '404')
    assert.equal(route('GET /x/adm%21n'), '404')
    assert.equal(route('GET /x/adm%22n'), 'GET /x/*')
    assert.equal(route('GET /o/ada%40example.com'), 'GET /o/{id} | ada@example.com')
    assert.equal(route('GET /o/%252B'), 'GET /o/{id} | %2B')
  })
  test('parameters after `;` do not either', () => {
    const route = routes(['GET /admin', 'GET /{page}', '* /f/*', 'GET /f/admin/a'])
    assert.equal(route('GET /admin;x=1'), '404')
    assert.equal(route('GET /admin%3Bx=1'), '404')
    assert.equal(route('GET /news;x=1'), 'GET /{page} | news;x=1')
    assert.equal(route('GET /;x=1'), '404')
    assert.equal(route('GET /f/admin;x=1/a'), '404')
    assert.equal(route('GET /f/admin;x=1/b'), '* /f/*')
  })
  test('nor do doubled slashes', () => {
    const route = routes(['* /f/*', 'GET /f/admin', 'GET /f/b/'])
    assert.equal(route('GET /f//admin'), '404')
    assert.equal(route('GET /f/b//'), '404')
    assert.equal(route('GET /f//x'), '* /f/*')
  })
  test('one that differs in nothing but its 405 is no path', () => {
    const route = routes(['POST /o/{id}', 'PUT /o/a:b'])
    assert.equal(route('GET /o/a%3Ab'), '404')
    assert.equal(route('GET /o/a%3Ac'), '405 POST')
  })
})

describe('building', () => {
  test('refuses a template that does not parse, and conflicts', () => {
    assert.throws(() => buildRouter(operations(['GET orders'])), /template orders must start with "\/"/)
    assert.throws(() => buildRouter(operations(['GET /{a}', 'GET /{b}'])), /GET \/\{b\} is declared twice/)
    assert.throws(() => buildRouter(operations(['* /a/*', '* /a/*'])), /declared twice/)
  })
  test('no operation at all', () => {
    const route = routes([])
    assert.equal(route('GET /'), '404')
    assert.equal(route('GET /a/b'), '404')
  })
})
