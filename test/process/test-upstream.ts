import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

/** A service that answers `/ok` at once, `/slow` when it is told to, and everything else as `/ok`. */
export interface TestUpstream {
  readonly port: number
  /** Requests it got. */
  readonly count: number
  /** Requests to `/slow` that wait. */
  readonly waiting: number
  /** Answers all that wait. */
  release(): void
}

export async function startUpstream(context: TestContext, body = 'ok'): Promise<TestUpstream> {
  let count = 0
  const slow = new Set<ServerResponse>()
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    count++
    request.resume()
    if (request.url!.startsWith('/slow')) {
      slow.add(response)
      // Half of an answer, where it is asked for, so that the gateway has begun its own.
      if (request.url!.includes('begin')) response.write('begun ')
      response.on('close', () => slow.delete(response))
    } else request.on('end', () => response.end(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    port: (server.address() as AddressInfo).port,
    get count() {
      return count
    },
    get waiting() {
      return slow.size
    },
    release: () => {
      for (const response of slow) response.end('slow')
    },
  }
}
