import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { syslogFrames } from './syslog-frame.ts'

const origin = { hostname: 'gw1.example.com', processId: 4711 }

function line(record: object): string {
  return `${JSON.stringify({ time: '2026-11-24T10:11:12.345Z', ...record })}\n`
}

/** A receiver by RFC 6587 §3.4.1 and the grammar of RFC 5424 §6. */
function receive(stream: string): { priority: number; fields: string[]; message: string }[] {
  const messages: { priority: number; fields: string[]; message: string }[] = []
  let rest = Buffer.from(stream)
  while (rest.length > 0) {
    const space = rest.indexOf(0x20)
    const length = Number(rest.subarray(0, space).toString('latin1'))
    assert.ok(Number.isSafeInteger(length) && length > 0)
    const message = rest.subarray(space + 1, space + 1 + length).toString('utf8')
    rest = rest.subarray(space + 1 + length)
    const match =
      /^<(\d{1,3})>1 (\S+) ([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) - (.*)$/s.exec(message)
    assert.ok(match, message)
    messages.push({ priority: Number(match[1]), fields: match.slice(2, 7), message: match[7]! })
  }
  return messages
}

test('header fields, one frame a line', () => {
  const frames = receive(syslogFrames(line({ verdict: 'allow' }) + line({ verdict: 'deny' }), origin))
  assert.equal(frames.length, 2)
  assert.deepEqual(frames[0]!.fields, [
    '2026-11-24T10:11:12.345Z',
    'gw1.example.com',
    'sallyport',
    '4711',
    'decision',
  ])
})

test('severity by verdict; a verdict written inside a value decides nothing', () => {
  const severities = [
    ['allow', 6],
    ['answer', 6],
    ['deny', 4],
    ['error', 3],
  ] as const
  for (const [verdict, severity] of severities) {
    const batch = line({
      path: '/"verdict":"error"',
      host: '"verdict":"',
      verdict,
      reason: '"verdict":"deny"',
    })
    assert.equal(receive(syslogFrames(batch, origin))[0]!.priority, 16 * 8 + severity)
  }
})

test('a record without a proper time gets the nil value', () => {
  assert.equal(receive(syslogFrames('{"time":"now <34>1 x"}\n', origin))[0]!.fields[0], '-')
  assert.equal(receive(syslogFrames('garbage\n', origin))[0]!.fields[0], '-')
})

test('a host name with spaces or letters beyond ASCII cannot shift the fields', () => {
  assert.equal(receive(syslogFrames(line({}), { ...origin, hostname: 'a b\nç' }))[0]!.fields[1], 'ab')
  assert.equal(receive(syslogFrames(line({}), { ...origin, hostname: '' }))[0]!.fields[1], '-')
})

test('the message is ASCII, without a byte order mark, and the same JSON', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (paths) => {
      const records = paths.map((path) => ({ time: '2026-11-24T10:11:12.345Z', path, verdict: 'allow' }))
      const frames = syslogFrames(records.map((record) => `${JSON.stringify(record)}\n`).join(''), origin)
      assert.match(frames, /^[\x20-\x7e]*$/)
      assert.deepEqual(
        receive(frames).map((frame) => JSON.parse(frame.message) as unknown),
        records,
      )
    }),
  )
})
