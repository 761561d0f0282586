import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { findConflicts } from './conflicts.ts'
import { parseTemplate } from './template.ts'

describe('parseTemplate', () => {
  const keys: [string, string][] = [
    ['/', '/'],
    ['/*', '/*'],
    ['/a/*', '/a/*'],
    ['/a/', '/a/'],
    ['/orders/{orderId}', '/orders/{}'],
    ['/v1/{name}:cancel', '/v1/{}:cancel'],
    ['/{owner}/{base}...{head}', '/{}/{}...{}'],
    ['/report.{format}', '/report.{}'],
    ['/{a/b}/c', '/{}/c'],
    ['/{filter[id]}', '/{}'],
    ['/ü', '/%C3%BC'],
    ['/%c3%bc%41%3a', '/%C3%BCA:'],
    ['/a*b/*/c', '/a*b/*/c'],
    ['/%2f', '/%2F'],
    ['/...', '/...'],
  ]
  for (const [text, key] of keys) {
    test(`${text} is ${key}`, () => {
      const result = parseTemplate(text)
      assert.ok(result.ok)
      assert.equal(result.template.key, key)
      assert.equal(result.template.wildcard, text.endsWith('/*'))
    })
  }

  const problems: [string, RegExp][] = [
    ['', /start with/],
    ['orders', /start with/],
    ['//a', /empty segment/],
    ['/a//b', /empty segment/],
    ['/a//', /empty segment/],
    ['/a//*', /empty segment/],
    ['//*', /empty segment/],
    ['/.', /dot segment/],
    ['/a/../b', /dot segment/],
    ['/a/%2e%2E', /dot segment/],
    ['/a\\b', /no request path/],
    ['/a%5Cb', /no request path/],
    ['/a%00', /no request path/],
    ['/a%', /no request path/],
    ['/a%4', /no request path/],
    ['/%C3', /no request path/],
    ['/%C0%AF', /no request path/],
    ['/\ud800', /no request path/],
    ['/\n', /no request path/],
    ['/a;b', /";"/],
    ['/{a}{b}', /nothing between/],
    ['/{', /"\{" without/],
    ['/{a/b', /"\{" without/],
    ['/a}', /"\}" without/],
    ['/{a}}', /"\}" without/],
    ['/{}', /without a name/],
    ['/{a{b}', /inside a parameter/],
  ]
  for (const [text, want] of problems) {
    test(`refuses ${JSON.stringify(text)}`, () => {
      const result = parseTemplate(text)
      assert.ok(!result.ok)
      assert.match(result.problem, want)
    })
  }
})

describe('findConflicts', () => {
  const find = (
    ...operations: [method: string, template: string, ...hosts: string[]][]
  ): [number, number][] =>
    findConflicts(operations.map(([method, template, ...hosts]) => ({ method, template, hosts })))

  test('same method, same paths, a common host', () => {
    assert.deepEqual(find(['GET', '/a/{x}'], ['GET', '/a/{y}']), [[0, 1]])
    assert.deepEqual(find(['GET', '/a/%7e'], ['GET', '/a/~']), [[0, 1]])
    assert.deepEqual(find(['GET', '/a', 'x', 'y'], ['GET', '/a', 'y', 'z']), [[0, 1]])
    assert.deepEqual(find(['GET', '/a', 'x', 'y'], ['GET', '/a', 'y', 'x']), [[0, 1]])
    assert.deepEqual(find(['GET', '/a', 'x', 'x']), [])
    assert.deepEqual(find(['*', '/a/*'], ['*', '/a/*']), [[0, 1]])
    assert.deepEqual(find(['GET', '/a'], ['GET', '/b'], ['GET', '/a'], ['GET', '/a']), [
      [0, 2],
      [0, 3],
    ])
    assert.deepEqual(find(['GET', '/a', 'x'], ['GET', '/a', 'y'], ['GET', '/a', 'x', 'y']), [
      [0, 2],
      [1, 2],
    ])
  })

  test('anything else is none', () => {
    assert.deepEqual(find(['GET', '/a'], ['POST', '/a']), [])
    assert.deepEqual(find(['GET', '/a'], ['GET', '/a/']), [])
    assert.deepEqual(find(['GET', '/a'], ['GET', '/a/*']), [])
    assert.deepEqual(find(['GET', '/a'], ['*', '/a']), [])
    assert.deepEqual(find(['GET', '/a'], ['GET', '/a', 'x']), [])
    assert.deepEqual(find(['GET', '/a', 'x'], ['GET', '/a', 'y']), [])
    assert.deepEqual(find(['GET', '/{a}b'], ['GET', '/{a}']), [])
    assert.deepEqual(find(['GET', '/{'], ['GET', '/{']), [])
  })
})
