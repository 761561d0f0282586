import { setTimeout as delay } from 'node:timers/promises'
import { usageOf } from './lib/cpu.ts'
import { median, rounded } from './lib/figures.ts'
import type { Gateway } from './lib/gateways.ts'
import { emptyLog, type Instance } from './lib/instance.ts'
import { measureRound } from './lib/measure.ts'
import type { BenchOptions } from './lib/options.ts'
import { stop } from './lib/processes.ts'
import { prepare, type Setup, versionsOf } from './lib/setup.ts'
import { startOrLeaveOut } from './lib/start-all.ts'
import { renderTable } from './lib/table.ts'

/** After its first answers a gateway is left alone this long, in milliseconds, before its memory counts as idle. */
const settleMs = 2000

interface Footprint {
  /** From starting the process to the first byte of its first right answer. */
  readonly startMs: number
  /** Resident memory in megabytes after the first answers. */
  readonly idleRss: number
  /** The same near the end of a round of full load in clear text. */
  readonly loadRss: number
}

/** X5: start to first byte, and memory idle and at full load. Each round is a new process. */
export async function x5(options: BenchOptions): Promise<Record<string, unknown>> {
  const setup = await prepare(options)
  const seen = new Map<string, Footprint[]>()
  for (let round = 0; round < options.rounds; round++) {
    for (const gateway of setup.gateways) {
      const footprint = await measureFootprint(gateway, setup, options)
      if (footprint !== null) seen.set(gateway.name, [...(seen.get(gateway.name) ?? []), footprint])
    }
  }
  const footprints = Object.fromEntries([...seen].map(([name, rounds]) => [name, medians(rounds)]))
  const rows = Object.entries(footprints).map(([name, { startMs, idleRss, loadRss }]) => [
    name,
    startMs.toFixed(0),
    idleRss.toFixed(1),
    loadRss.toFixed(1),
  ])
  process.stderr.write(`\n${renderTable(['gateway', 'start ms', 'idle MB', 'load MB'], rows)}\n`)
  return { id: 'X5', machine: setup.machine, versions: versionsOf(setup), gateways: footprints }
}

async function measureFootprint(
  gateway: Gateway,
  setup: Setup,
  options: BenchOptions,
): Promise<Footprint | null> {
  const { gatewayCore: core, loadCore, workspace, certificate, backend } = setup
  const instance = await startOrLeaveOut(gateway, { core, workspace, backendPort: backend.port, certificate })
  if (instance === null) return null
  try {
    await delay(settleMs)
    const idleRss = usageOf(instance.pid).rssMb
    const { rss } = await loadOf(instance, loadCore, setup, options)
    return { startMs: instance.startMs, idleRss, loadRss: rss }
  } finally {
    await stop(instance.child)
    emptyLog(instance)
  }
}

function loadOf(
  instance: Instance,
  core: number,
  setup: Setup,
  { seconds, connections }: BenchOptions,
): Promise<{ rss: number }> {
  const load = { url: instance.urls.plain, seconds, connections, core, folder: setup.workspace }
  return measureRound(load, instance.pid, setup.backend.pid)
}

function medians(rounds: readonly Footprint[]): Footprint {
  return {
    startMs: rounded(median(rounds.map(({ startMs }) => startMs)), 0),
    idleRss: rounded(median(rounds.map(({ idleRss }) => idleRss)), 1),
    loadRss: rounded(median(rounds.map(({ loadRss }) => loadRss)), 1),
  }
}
