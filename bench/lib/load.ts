import { rounded } from './figures.ts'
import { measureRound, warmUp } from './measure.ts'
import type { BenchOptions } from './options.ts'
import type { Setup } from './setup.ts'
import type { Load } from './wrk.ts'

/** Where and how long every load of a bench runs. */
export function loadOn(url: string, setup: Setup, options: BenchOptions): Load {
  const { seconds, connections } = options
  return { url, seconds, connections, core: setup.loadCore, folder: setup.workspace }
}

/** What the load side does at most: wrk on the backend itself, both on the load core as in every other round. */
export async function measureCeiling(
  setup: Setup,
  options: BenchOptions,
  script?: Load['script'],
): Promise<{ rps: number; loadCpu: number }> {
  const { port, pid } = setup.backend
  const bare = loadOn(`http://127.0.0.1:${port}/orders/1001`, setup, options)
  const load = script === undefined ? bare : { ...bare, script }
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
