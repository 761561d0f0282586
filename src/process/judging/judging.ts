import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Policy } from '../../gateway/policy.ts'
import { RemoteClient } from '../../remote/remote-client.ts'
import { judgedSessions } from '../../store/sessions.ts'
import { openStore } from '../../store/store.ts'
import { type Configuration, type ConfigurationSource, readConfiguration } from '../configuration.ts'
import { ControlHalves } from '../halves/control-halves.ts'
import { keptTexts } from '../halves/kept-texts.ts'
import { LiveLookups } from '../halves/live-lookups.ts'

/**
 * Reads a configuration and gives it to `use` with all that judging requests by it takes, without a gateway: the keys
 * of the store, and providers' keys fetched as the gateway would. Nothing is made or changed.
 */
export async function judging<T>(
  source: ConfigurationSource,
  policies: readonly Policy[],
  use: (configuration: Configuration) => Promise<T>,
): Promise<T> {
  const lookups = new LiveLookups()
  const configuration = await readConfiguration(source, policies, 1, lookups)
  const { spec } = configuration
  const store = existsSync(join(spec.dataFolder, 'store.db')) ? openStore(spec.dataFolder) : null
  if (store !== null) lookups.refresh(store)
  const remote = new RemoteClient()
  const kept = keptTexts(spec.dataFolder, () => undefined)
  const halves = new ControlHalves({
    policies,
    call: remote.call,
    report: () => undefined,
    kept: (owner) => ({ read: (name) => kept(owner).read(name), write: () => undefined }),
    sessions: (identity, provider) => judgedSessions(store?.sessions.of(identity, provider) ?? null),
    onState: () => undefined,
  })
  lookups.halves = halves
  try {
    halves.prepare(spec)
    return await use(configuration)
  } finally {
    halves.close()
    await remote.close()
    store?.close()
  }
}
