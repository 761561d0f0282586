import { rounded } from './lib/figures.ts'
import { emptyLog, type Instance, logLines } from './lib/instance.ts'
import { measureRound, warmUp } from './lib/measure.ts'
import type { BenchOptions } from './lib/options.ts'
import { prepare, type Setup, versionsOf } from './lib/setup.ts'
import { startAll } from './lib/start-all.ts'
import { counts, type LoggedRound, ratio, type Summary, summarize } from './lib/summary.ts'
import { renderTable } from './lib/table.ts'
import type { Load } from './lib/wrk.ts'

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

/** What the load side does at most: wrk on the backend itself, both on the load core as in every other round. */
async function measureCeiling(
  setup: Setup,
  options: BenchOptions,
): Promise<{ rps: number; loadCpu: number }> {
  const { port, pid } = setup.backend
  const load = loadOn(`http://127.0.0.1:${port}/orders/1001`, setup, options)
  await warmUp(load)
  let best = await measureRound(load, pid, pid)
  // The best of the rounds, not their median: a ceiling that a disturbance lowers is none.
  for (let round = 1; round < options.rounds; round++) {
    const next = await measureRound(load, pid, pid)
    if (next.rps > best.rps) best = next
  }
  const ceiling = { rps: rounded(best.rps, 0), loadCpu: rounded(best.loadCpu + best.cpu, 1) }
  process.stderr.write(`\nload side alone: ${ceiling.rps} requests a second (wrk and backend on one core)\n`)
  return ceiling
}

async function measureTransport(
  transport: Transport,
  setup: Setup,
  instances: readonly Instance[],
  options: BenchOptions,
): Promise<Record<string, Summary | number | null>> {
  const rounds = new Map<string, LoggedRound[]>(instances.map(({ gateway }) => [gateway.name, []]))
  const countOf = ({ gateway }: Instance): number => (rounds.get(gateway.name) ?? []).filter(counts).length
  // A round that does not count is done again, at most as many times as rounds were asked for.
  for (let round = 0; round < 2 * options.rounds; round++) {
    // Interleaved, and each round begins with another gateway: a drift of the machine meets them all.
    const shift = round % Math.max(1, instances.length)
    const order = [...instances.slice(shift), ...instances.slice(0, shift)]
    for (const instance of order.filter((one) => countOf(one) < options.rounds)) {
      rounds.get(instance.gateway.name)?.push(await measureInstance(transport, setup, instance, options))
    }
  }
  const summaries = Object.fromEntries([...rounds].map(([name, measured]) => [name, summarize(measured)]))
  report(transport, summaries)
  const { sallyport, envoy, nginx } = summaries
  return { ...summaries, ratioEnvoy: ratio(sallyport, envoy), ratioNginx: ratio(sallyport, nginx) }
}

async function measureInstance(
  transport: Transport,
  setup: Setup,
  instance: Instance,
  options: BenchOptions,
): Promise<LoggedRound> {
  const load = loadOn(instance.urls[transport], setup, options)
  await warmUp(load)
  emptyLog(instance)
  const round = await measureRound(load, instance.pid, setup.backend.pid)
  const logged = (await logLines(instance)) / round.requests
  emptyLog(instance)
  return { ...round, logged }
}

function loadOn(url: string, setup: Setup, options: BenchOptions): Load {
  const { seconds, connections } = options
  return { url, seconds, connections, core: setup.loadCore, folder: setup.workspace }
}

function report(transport: Transport, summaries: Readonly<Record<string, Summary>>): void {
  const title = transport === 'plain' ? 'clear text' : 'TLS'
  const rows = Object.entries(summaries).map(([name, summary]) => [
    name,
    String(summary.rps),
    summary.p50.toFixed(2),
    summary.p99.toFixed(2),
    summary.cpu.toFixed(1),
    summary.loadCpu.toFixed(1),
    summary.rss.toFixed(1),
    summary.measured ? `${summary.valid}` : 'no measurement',
  ])
  const head = [title, 'requests/s', 'p50 ms', 'p99 ms', 'core %', 'load %', 'memory MB', 'rounds']
  process.stderr.write(`\n${renderTable(head, rows)}\n`)
  if (Object.values(summaries).some(({ measured }) => !measured)) {
    process.stderr.write(
      'no measurement: core under 95 % busy, wrong answers, or records missing. Quieten the machine or raise --connections.\n',
    )
  }
}
