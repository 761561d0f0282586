import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderFindings, renderOpens, renderProblems, sourceText } from './render.ts'

const source = { file: '/etc/sallyport/main.yaml', line: 3, column: 7 }
const plain = { color: false, cwd: '/etc/sallyport' }

test('a problem is a line with its place and a line with its remedy', () => {
  const problem = { source, path: 'a.b', message: 'it is wrong', remedy: 'Write another.' }
  assert.equal(renderProblems([problem], plain), 'main.yaml:3:7: it is wrong\n  Write another.\n')
  const other = { file: '/srv/doc.yaml', line: 1, column: 2 }
  assert.equal(
    renderProblems([{ ...problem, other }], plain),
    'main.yaml:3:7: it is wrong (see /srv/doc.yaml:1:2)\n  Write another.\n',
  )
})

test('a source without lines is named without numbers', () => {
  assert.equal(
    sourceText({ file: '/etc/sallyport/main.ts', line: 0, column: 0 }, '/etc/sallyport'),
    'main.ts',
  )
})

test('control characters of a configuration do not reach the terminal', () => {
  const finding = { source, message: 'a\u001b[2Jb\u202ec', remedy: 'x\ny' }
  assert.equal(renderFindings([finding], plain), 'main.yaml:3:7: a\\u001b[2Jb\\u202ec\n  x\\u000ay\n')
})

test('colour is only where it is asked for', () => {
  assert.ok(
    renderOpens([{ what: 'open', source }], { color: true, cwd: '/etc/sallyport' }).includes('\u001b['),
  )
  assert.equal(renderOpens([{ what: 'open', source }], plain), 'main.yaml:3:7: open\n')
})
