import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { findConflicts, type RoutedOperation } from './conflicts.ts'
import { comparePatterns } from './pattern.ts'
import { buildRouter } from './router.ts'
import { isLiteral, isParameter, parseTemplate, type Segment, type Template } from './template.ts'

/** The rules of the router's page, word by word, without any cleverness. Parameters are checked elsewhere. */
function reference(
  operations: readonly RoutedOperation[],
  host: string,
  path: string,
  method: string,
): string {
  const read = operations.map((operation, index) => ({
    ...operation,
    index,
    parsed: templateOf(operation.template),
  }))
  const refusing: RoutedOperation[] = []
  for (const wildcard of [false, true]) {
    for (const own of [true, false]) {
      const having = read
        .filter((one) => (own ? one.hosts.includes(host) : one.hosts.length === 0))
        .filter((one) => one.parsed.wildcard === wildcard && has(one.parsed, path))
        .sort((a, b) => compareTemplates(a.parsed, b.parsed))
      const keys = [...new Set(having.map((one) => one.parsed.key))].slice(0, wildcard ? having.length : 1)
      for (const key of keys) {
        const same = having.filter((one) => one.parsed.key === key)
        const found = same.find((one) => one.method === method) ?? same.find((one) => one.method === '*')
        if (found !== undefined) return `${found.index}`
        refusing.push(...same)
      }
    }
  }
  return [...new Set(refusing.map((one) => one.method))].sort().join(', ')
}

function templateOf(text: string): Template {
  const result = parseTemplate(text)
  assert.ok(result.ok)
  return result.template
}

function has(template: Template, path: string): boolean {
  const parts = path.slice(1).split('/')
  const { segments, wildcard } = template
  if (wildcard ? parts.length < segments.length : parts.length !== segments.length) return false
  return segments.every((segment, i) => pattern(segment).test(parts[i]!))
}

/** Text of the tests holds no triplets, so that an ordinary pattern decides as the router must. */
function pattern(segment: Segment): RegExp {
  return new RegExp(`^${segment.map((text) => text.replace(/[.*+]/g, '\\$&')).join('.+')}$`)
}

function rank(segment: Segment): number {
  return isLiteral(segment) ? 0 : isParameter(segment) ? 2 : 1
}

function compareTemplates(a: Template, b: Template): number {
  for (let i = 0; i < Math.min(a.segments.length, b.segments.length); i++) {
    const [one, other] = [a.segments[i]!, b.segments[i]!]
    const difference = rank(one) - rank(other) || (rank(one) === 1 ? comparePatterns(one, other) : 0)
    if (difference !== 0) return difference
  }
  return b.segments.length - a.segments.length
}

const segment = fc.constantFrom(
  'a',
  'b',
  'ab',
  'a:b',
  '{x}',
  '{x}',
  'a{x}',
  '{x}b',
  '{x}:b',
  '{x}:{y}',
  'a{x}b',
  '{x}:b{y}',
)
const template = fc
  .tuple(fc.array(segment, { minLength: 1, maxLength: 4 }), fc.constantFrom('', '', '', '/', '/*'))
  .map(([parts, end]) => `/${parts.join('/')}${end}`)
const operation = fc.record({
  method: fc.constantFrom('GET', 'GET', 'POST', 'PUT', '*'),
  template: fc.oneof(
    { weight: 8, arbitrary: template },
    { weight: 1, arbitrary: fc.constantFrom('/', '/*') },
  ),
  hosts: fc.constantFrom([], [], ['x'], ['y'], ['x', 'y']),
})
const piece = fc.constantFrom(
  'a',
  'b',
  'ab',
  'aab',
  'abb',
  'a:b',
  ':b',
  'a:',
  'a:bb',
  'aa:bab',
  'b:a:b',
  'c',
  '',
)
const path = fc
  .array(piece, { minLength: 1, maxLength: 6 })
  .map((parts) => `/${parts.join('/').replace(/\/\/+/g, '/').replace(/^\//, '')}`)
const request = fc.record({
  host: fc.constantFrom('x', 'y', 'z'),
  path,
  method: fc.constantFrom('GET', 'POST', 'DELETE'),
})

test('routes as the rules say', () => {
  fc.assert(
    fc.property(
      fc.array(operation, { maxLength: 25 }),
      fc.array(request, { minLength: 10, maxLength: 40 }),
      (all, requests) => {
        const conflicting = new Set(findConflicts(all).map(([, later]) => later))
        const operations = all.filter((_, index) => !conflicting.has(index))
        assert.deepEqual(findConflicts(operations), [])
        const router = buildRouter(operations)
        for (const { host, path, method } of requests) {
          const match = router.match(host, path, method)
          const got = match.operation >= 0 ? `${match.operation}` : match.allow
          assert.equal(got, reference(operations, host, path, method), `${method} ${host} ${path}`)
        }
      },
    ),
    { numRuns: 1500 },
  )
})

test('captured values, put back into the template, give the path', () => {
  fc.assert(
    fc.property(template, path, (text, path) => {
      const parsed = templateOf(text)
      const match = buildRouter([{ method: 'GET', template: text, hosts: [] }]).match('', path, 'GET')
      assert.equal(match.operation === 0, has(parsed, path))
      if (match.operation < 0) return
      let next = 0
      const filled = parsed.segments.map((parts) =>
        parts.reduce((sum, part) => sum + match.parameters[next++] + part),
      )
      assert.equal(next, match.parameters.length)
      assert.ok(match.parameters.every((value) => value !== '' && !value.includes('/')))
      if (parsed.wildcard) assert.ok(`${path}/`.startsWith(`/${filled.join('/')}/`))
      else assert.equal(`/${filled.join('/')}`, path)
    }),
    { numRuns: 5000 },
  )
})

// The bounds are far from what is measured (30 ms, 300 ns), so that a busy machine passes and a linear search fails.
test('ten thousand templates build and match in no time', (t) => {
  const operations: RoutedOperation[] = []
  const paths: string[] = []
  for (let i = 0; i < 2500; i++) {
    for (const tail of ['', '/{id}', '/{id}/history', '/{id}/items/{item}']) {
      operations.push({ method: 'GET', template: `/svc${i % 50}/v1/resource${i}${tail}`, hosts: [] })
      paths.push(`/svc${i % 50}/v1/resource${i}${tail.replace(/\{\w+\}/g, '1001')}`)
    }
  }
  const time = (work: () => void): number => {
    const start = process.hrtime.bigint()
    work()
    return Number(process.hrtime.bigint() - start)
  }
  const build = (): unknown => buildRouter(operations)
  const built = Math.min(time(build), time(build), time(build)) / 1e6
  const router = buildRouter(operations)
  const round = (): void => {
    for (let i = 0; i < paths.length; i++) {
      const at = (i * 7919) % paths.length
      assert.ok(router.match('h', paths[at]!, 'GET').operation === at)
    }
  }
  const matched = Math.min(...Array.from({ length: 10 }, () => time(round))) / paths.length
  t.diagnostic(`build ${Math.round(built)} ms, match ${Math.round(matched)} ns`)
  assert.ok(built < 2000)
  assert.ok(matched < 15_000)
})
