import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { createLog } from './log.ts'

function written(stream: PassThrough): string {
  return String(stream.read() ?? '')
}

test('JSON: one object a line with time, level, event, message and fields', () => {
  const stream = new PassThrough()
  const log = createLog({ stream })
  log.warn('reload-refused', 'The configuration was refused.', {
    file: 'a.yaml',
    problems: ['one', 'two'],
    generation: 3,
  })
  const text = written(stream)
  assert.equal(text.indexOf('\n'), text.length - 1)
  const entry = JSON.parse(text) as Record<string, unknown>
  assert.match(String(entry['time']), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  assert.deepEqual(
    { ...entry, time: '' },
    {
      time: '',
      level: 'warn',
      event: 'reload-refused',
      message: 'The configuration was refused.',
      file: 'a.yaml',
      problems: ['one', 'two'],
      generation: 3,
    },
  )
})

test('people get one line, with the level only when it matters', () => {
  const stream = new PassThrough()
  const log = createLog({ stream, human: true })
  log.info('started', 'Serving.', { port: 8443 })
  log.error('thread-lost', 'A data thread ended.')
  assert.match(
    written(stream),
    /^\d\d:\d\d:\d\d\.\d{3} Serving\. port=8443\n\d\d:\d\d:\d\d\.\d{3} error: A data thread ended\.\n$/,
  )
})

test('control and bidirectional characters never reach the stream, in neither form', () => {
  for (const human of [true, false]) {
    const stream = new PassThrough()
    createLog({ stream, human }).info('x', 'a\nb\u001b[2J', { f: '\u009b\u202e\u2028\u{e0001}' })
    const text = written(stream)
    assert.equal(text.split('\n').length, 2)
    assert.doesNotMatch(text.slice(0, -1), /[\p{C}\p{Zl}\p{Zp}]/u)
    if (!human) assert.equal((JSON.parse(text) as { f: string }).f, '\u009b\u202e\u2028\u{e0001}')
  }
})

test('secrets are blotted out of message, fields, lists and numbers, the longest first', () => {
  for (const human of [true, false]) {
    const stream = new PassThrough()
    const log = createLog({ stream, human, secrets: ['hunter', 'hunter"2\n\\x', '8443', '', '1'] })
    log.error('e', 'bad hunter"2\n\\x and hunter', { s: 'x=hunter', list: ['hunter'], n: 8443, one: 1 })
    const text = written(stream)
    assert.doesNotMatch(text, /hunter|8443/)
    assert.match(text, /one"?[:=]1/)
  }
})

test('a line of a secret of several lines is a secret too', () => {
  const stream = new PassThrough()
  const body = 'MC4CAQAwBQYDK2VwBCIEIH'
  const log = createLog({ stream })
  log.setSecrets([`-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`])
  log.info('e', `cannot parse ${body}`)
  assert.doesNotMatch(written(stream), new RegExp(body))
})

test('a stalled reader costs events, not memory', () => {
  const stream = new PassThrough({ highWaterMark: 1024 })
  const log = createLog({ stream })
  const message = 'x'.repeat(10_000)
  for (let index = 0; index < 1000; index++) log.info('flood', message)
  assert.ok(stream.readableLength + stream.writableLength < 1_200_000)
})

test('a reader that went away does not end the process', () => {
  const stream = new PassThrough()
  const log = createLog({ stream })
  stream.destroy(new Error('EPIPE'))
  log.info('e', 'still here')
})
