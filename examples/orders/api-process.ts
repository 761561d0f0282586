import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { defaultPort } from './api.ts'

/** The running example API. */
export interface ExampleApi {
  /** Settles when the process has ended by itself. */
  readonly ended: Promise<'ended'>
  end(): void
}

/**
 * Starts the example API in a process of its own, as a service would be, and waits until it listens. With `callerKeys`,
 * the address of the gateway's key set, it answers only callers that the gateway signed.
 */
export async function startApi(port: number = defaultPort, callerKeys = ''): Promise<ExampleApi> {
  const child = fork(join(import.meta.dirname, 'api.ts'), [String(port)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
    env: { ...process.env, ORDERS_CALLER_KEYS: callerKeys },
  })
  const ended = once(child, 'exit').then(() => 'ended' as const)
  const first = await Promise.race([once(child, 'message'), ended])
  if (first === 'ended') throw new Error('The example API did not start.')
  if (first[0] !== 'listening') throw new Error(String(first[0]))
  return {
    ended,
    end: () => {
      // The API ends when its channel to the demo does, also where the demo was killed.
      if (child.connected) child.disconnect()
    },
  }
}
