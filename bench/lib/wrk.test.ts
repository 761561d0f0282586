import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseWrk } from './wrk.ts'

const output = `Running 3s test @ http://127.0.0.1:1/orders/1001
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.05ms  210.00us   9.03ms   93.50%
    Req/Sec    59.77k     1.20k   61.53k    87.50%
  Latency Distribution
     50%  940.00us
     75%    1.11ms
     90%    1.30ms
     99%    1.02s 
  178479 requests in 3.00s, 214.30MB read
Requests/sec:  59493.12
Transfer/sec:     71.43MB
`

test('the figures of wrk --latency, in milliseconds, not the percentages of its first table', () => {
  const result = parseWrk(output)
  assert.equal(result.requests, 178479)
  assert.equal(result.rps, 59493.12)
  assert.ok(Math.abs(result.p50 - 0.94) < 1e-9)
  assert.ok(Math.abs(result.p99 - 1020) < 1e-9)
  assert.equal(result.errors, 0)
})

test('refused answers and failed sockets are errors', () => {
  const errors = '  Socket errors: connect 1, read 2, write 3, timeout 4\n  Non-2xx or 3xx responses: 5\n'
  assert.equal(parseWrk(output.replace('Requests/sec', `${errors}Requests/sec`)).errors, 15)
})

test('output without figures is refused', () => {
  assert.throws(() => parseWrk('unable to connect to 127.0.0.1:1\n'), /wrk printed nothing that matches/)
})
