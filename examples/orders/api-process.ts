import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** The running example API. */
export interface ExampleApi {
  /** Settles when the process has ended by itself. */
  readonly ended: Promise<'ended'>
  end(): void
}

/** Starts the example API in a process of its own, as a service would be, and waits until it listens. */
export async function startApi(): Promise<ExampleApi> {
  const child = fork(join(import.meta.dirname, 'api.ts'), {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
  })
  let complaint = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2000)
  })
  const ended = once(child, 'close').then(() => 'ended' as const)
  const first = await Promise.race([once(child, 'message'), ended])
  if (first === 'ended') throw new Error(complaint.trim() || 'The example API did not start.')
  return {
    ended,
    end: () => {
      // The API ends when its channel to the demo does, also where the demo was killed.
      if (child.connected) child.disconnect()
    },
  }
}
