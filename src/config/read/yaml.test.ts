import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Problem } from '../problem.ts'
import { References } from './references.ts'
import { Tree } from './tree.ts'
import { parseYaml } from './yaml.ts'

function read(text: string): { value: unknown; messages: string[]; tree: Tree } {
  const problems: Problem[] = []
  const places = new WeakMap()
  const reading = {
    path: '/c.yaml',
    folder: '/',
    references: new References({ TOKEN: 'canary' }),
    places,
    problems,
  }
  const { root, file } = parseYaml(text, reading)
  const tree = new Tree((root ?? {}) as Record<string, unknown>, places, file)
  return {
    value: root,
    messages: problems.map(({ message, source }) => `${source.line}:${source.column} ${message}`),
    tree,
  }
}

test('every part has its line', () => {
  const { tree } = read('a:\n  - x: 1\n  - y:\n      z: 2\n')
  assert.deepEqual(tree.keyOf(['a', 1, 'y', 'z']), { file: '/c.yaml', line: 4, column: 7 })
  assert.deepEqual(tree.valueOf(['a', 1, 'y', 'z']), { file: '/c.yaml', line: 4, column: 10 })
  assert.equal(
    tree.keyOf(['a', 1, 'y', 'missing']).line,
    3,
    'what is missing stands at the block that misses it',
  )
})

test('scalars are those of the core schema', () => {
  assert.deepEqual(read('[yes, no, on, 010, 0o10, 1_000, 2026-01-01, 12:30, ~, true]').value, [
    'yes',
    'no',
    'on',
    10,
    8,
    '1_000',
    '2026-01-01',
    '12:30',
    null,
    true,
  ])
})

test('a bomb of aliases is refused', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]']
  for (let level = 1; level < 9; level++)
    lines.push(
      `a${level}: &a${level} [${Array(9)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    )
  assert.deepEqual(read(lines.join('\n')).messages, ['1:1 the aliases stand for more than can be read'])
})

test('an alias inside its own anchor is refused', () => {
  assert.match(read('a: &a { b: *a }').messages[0] ?? '', /nested too deeply|no anchor/)
})

test('an alias stands for what its anchor says', () => {
  assert.deepEqual(read('a: &a { b: 1 }\nc: *a\n').value, { a: { b: 1 }, c: { b: 1 } })
})

test('nesting is bounded, however deep the text is', () => {
  assert.match(read(`a: ${'['.repeat(100)}${']'.repeat(100)}`).messages[0] ?? '', /nested too deeply/)
  assert.match(read(`a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`).messages[0] ?? '', /nested too deeply/)
})

test('keys are text, and none reaches a prototype', () => {
  const { value, messages } = read('8080: a\n__proto__: { polluted: true }\nconstructor: x\n')
  assert.deepEqual(messages, ['2:1 `__proto__` is no key'])
  assert.deepEqual(Object.keys(value as object), ['8080', 'constructor'])
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
})

test('tags, directives and further documents are refused', () => {
  for (const text of [
    'a: !js x',
    'a: !!binary aGk=',
    '%YAML 1.1\n---\na: yes',
    'a: 1\n---\nb: 2',
    '<<: 1\n<<: 2',
  ]) {
    assert.notEqual(read(text).messages.length, 0, text)
  }
})

test('the same key twice is refused with both lines, also in flow', () => {
  assert.deepEqual(read('a: { b: 1, c: 2, b: 3 }').messages, ['1:18 `b` is written twice'])
})
