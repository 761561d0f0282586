import type { Instance } from './lib/instance.ts'
import { loadOn, measureCeiling } from './lib/load.ts'
import type { BenchOptions } from './lib/options.ts'
import { reportSummaries } from './lib/report.ts'
import { measureInterleaved, measureLogged } from './lib/rounds.ts'
import { prepare, type Setup, versionsOf } from './lib/setup.ts'
import { startAll } from './lib/start-all.ts'
import { ratio, type Summary } from './lib/summary.ts'

type Transport = 'plain' | 'tls'

/**
 * X1: plain proxying of a 1 kB answer over kept connections, each gateway alone on the same core with its access log
 * on, in clear text and over TLS.
 */
export async function x1(options: BenchOptions): Promise<Record<string, unknown>> {
  const setup = await prepare(options)
  const { gatewayCore: core, workspace, certificate } = setup
  const place = { core, workspace, backendPort: setup.backend.port, certificate }
  const instances = await startAll(setup.gateways, place)
  const ceiling = await measureCeiling(setup, options)
  const plain = await measureTransport('plain', setup, instances, options)
  const tls = await measureTransport('tls', setup, instances, options)
  const ciphers = Object.fromEntries(instances.map(({ gateway, cipher }) => [gateway.name, cipher]))
  const { machine } = setup
  const versions = versionsOf(setup)
  return { id: 'X1', machine, versions, connections: options.connections, ceiling, plain, tls, ciphers }
}

async function measureTransport(
  transport: Transport,
  setup: Setup,
  instances: readonly Instance[],
  options: BenchOptions,
): Promise<Record<string, Summary | number | null>> {
  const measured = await measureInterleaved(instances, options, (instance) =>
    measureLogged(instance, loadOn(instance.urls[transport], setup, options), setup.backend.pid),
  )
  const named = [...measured].map(([{ gateway }, summary]) => [gateway.name, summary] as const)
  reportSummaries(transport === 'plain' ? 'clear text' : 'TLS', named)
  const summaries: Record<string, Summary> = Object.fromEntries(named)
  const { sallyport, envoy, nginx } = summaries
  return { ...summaries, ratioEnvoy: ratio(sallyport, envoy), ratioNginx: ratio(sallyport, nginx) }
}
