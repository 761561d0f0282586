import type { TestContext } from 'node:test'
import type { ControlLink } from '../../src/gateway/control-half.ts'
import { keysByDiscovery } from '../../src/remote/key-set-load.ts'
import { type KeySetHost, type KeySetOptions, KeySetSource } from '../../src/remote/key-set-source.ts'
import { PublishedKeys } from '../../src/remote/key-set-view.ts'
import { RemoteClient } from '../../src/remote/remote-client.ts'
import type { KeyServer } from './key-server.ts'

/** Both halves of a key set, joined as the process joins them, over a real client. */
export interface LinkedKeys {
  readonly source: KeySetSource
  readonly link: ControlLink
  readonly view: PublishedKeys
  /** Names of the events so far. */
  readonly events: string[]
  readonly messages: string[]
  /** Texts that were kept: give them to the next one, as over a restart. */
  readonly kept: Map<string, string>
}

/** Starts both for the keys of `server`. */
export function linkedKeys(
  context: TestContext,
  server: KeyServer,
  options: Partial<KeySetOptions> = {},
  kept: Map<string, string> = new Map(),
): LinkedKeys {
  const client = new RemoteClient()
  const events: string[] = []
  const messages: string[] = []
  const host: KeySetHost = {
    where: 'identities.staff',
    publish: (state) => {
      published = structuredClone(state)
    },
    report: (event, message) => {
      events.push(event)
      messages.push(message)
    },
    kept: { read: (name) => kept.get(name) ?? null, write: (name, text) => kept.set(name, text) },
  }
  let published: unknown
  const { issuer } = server
  const calls = { call: client.call, remote: { authorities: [], proxy: null, timeoutMs: 2000 } }
  const source = new KeySetSource(
    {
      load: () => keysByDiscovery(issuer, issuer, calls),
      source: issuer,
      algorithms: ['ES256'],
      symmetric: false,
      kept: true,
      refreshMs: 60_000,
      maxStaleMs: 3_600_000,
      ...options,
    },
    host,
  )
  context.after(async () => {
    source.close()
    await client.close()
  })
  const link: ControlLink = {
    get state() {
      return published
    },
    ask: (question) => source.ask(question),
  }
  const view = new PublishedKeys(link, { symmetric: false, waitMs: 6000 })
  return { source, link, view, events, messages, kept }
}

/** Waits until it holds, or throws. */
export async function eventually(holds: () => boolean, ms = 3000): Promise<void> {
  const end = performance.now() + ms
  while (!holds()) {
    if (performance.now() > end) throw new Error('it did not come about')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
