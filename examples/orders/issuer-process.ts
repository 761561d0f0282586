import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** Where the demo's identity provider listens, and its issuer identifier. */
export const issuerAddress = 'http://127.0.0.1:9400'

/** Seconds that access tokens live. */
const tokenLife = 600

/** The running identity provider. */
export interface DemoIssuer {
  /** Settles when the process has ended by itself. */
  readonly ended: Promise<'ended'>
  end(): void
}

/**
 * Starts the demo's identity provider in a process of its own, so that nothing of it is loaded beside the gateway,
 * and waits until it listens and its files are in `folder`.
 */
export async function startIssuer(folder: string, port?: number): Promise<DemoIssuer> {
  const listenOn = String(port ?? new URL(issuerAddress).port)
  const child = fork(join(import.meta.dirname, 'issuer.ts'), [folder, listenOn, String(tokenLife)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
  })
  const ended = once(child, 'exit').then(() => 'ended' as const)
  const first = await Promise.race([once(child, 'message'), ended])
  if (first === 'ended') throw new Error("The demo's identity provider did not start.")
  if (first[0] !== 'listening') throw new Error(String(first[0]))
  return {
    ended,
    end: () => {
      if (child.connected) child.disconnect()
    },
  }
}
