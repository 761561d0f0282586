import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fields } from '../engines/http1/fields.ts'
import { LENGTH_BODY, RequestHead } from '../engines/http1/request-head.ts'
import { forgetBody, readJsonBody } from './body.ts'
import { Exchange } from './exchange.ts'
import type { Plan } from './plan.ts'
import type { ClientStream } from './streams.ts'

/** A request with this body, from a client that counts what is held for it and holds no more than `most` bytes. */
function requestWith(text: string, most: number): { x: Exchange; held: () => number } {
  let held = 0
  const client: ClientStream = {
    source: null,
    readBody(sink) {
      sink.data(Buffer.from(text))
      sink.end(null)
    },
    claim(bytes) {
      if (held + bytes > most) return false
      held += bytes
      return true
    },
    release(bytes) {
      held -= bytes
    },
    resumeBody: () => undefined,
    inform: () => undefined,
    reply: () => undefined,
    begin: () => undefined,
    flush: () => undefined,
    send: () => true,
    end: () => undefined,
    destroy: () => undefined,
  }
  const head = new RequestHead()
  head.method = 'POST'
  head.framing = LENGTH_BODY
  head.length = text.length
  head.fields = new Fields()
  head.fields.push('content-type', 'application/json')
  const gate = {
    plan: { uses: { active: 0 } } as Plan,
    recorder: { finish: () => undefined },
    nextId: () => 'id',
    readObject: () => Promise.reject(new Error('nobody is asked')),
  }
  return { x: new Exchange(gate, client, head, '"public"', '192.0.2.1', 0, 0), held: () => held }
}

const text = JSON.stringify({ list: Array.from({ length: 500 }, (_, index) => ({ index })) })

test('what parsing made is counted while it is judged, the bytes until the end, and all is free again', async () => {
  const { x, held } = requestWith(text, 10_000_000)
  assert.equal((await readJsonBody(x, 1_000_000)).kind, 'pass')
  assert.ok(held() > 10 * text.length, `${held()} for ${text.length}`)
  forgetBody(x)
  assert.equal(held(), text.length)
  assert.equal(x.body, null)
  forgetBody(x)
  assert.equal(held(), text.length)
  x.finish()
  assert.equal(held(), 0)
})

test('a request that ends while its body is judged leaves nothing counted', async () => {
  const { x, held } = requestWith(text, 10_000_000)
  await readJsonBody(x, 1_000_000)
  x.finish()
  x.finish()
  assert.equal(held(), 0)
})

test('where the memory is spent, a body is refused and never passed unjudged', async () => {
  const { x, held } = requestWith(text, 2 * text.length)
  const verdict = await readJsonBody(x, 1_000_000)
  assert.equal(verdict.kind === 'deny' && verdict.code.code, 'BODY_UNJUDGED')
  assert.equal(x.body, null)
  x.finish()
  assert.equal(held(), 0)
})
