import { emptyLog, type Instance, logLines } from './instance.ts'
import { measureRound, warmUp } from './measure.ts'
import type { BenchOptions } from './options.ts'
import { counts, type LoggedRound, type Summary, summarize } from './summary.ts'
import type { Load } from './wrk.ts'

/** Measures all gateways in turn until each has the rounds asked for. Summaries in the order of `instances`. */
export async function measureInterleaved(
  instances: readonly Instance[],
  options: BenchOptions,
  measure: (instance: Instance) => Promise<LoggedRound>,
): Promise<Map<Instance, Summary>> {
  const rounds = new Map<Instance, LoggedRound[]>(instances.map((instance) => [instance, []]))
  const countOf = (instance: Instance): number => (rounds.get(instance) ?? []).filter(counts).length
  // A round that does not count is done again, at most as many times as rounds were asked for.
  for (let round = 0; round < 2 * options.rounds; round++) {
    // Interleaved, and each round begins with another gateway: a drift of the machine meets them all.
    const shift = round % Math.max(1, instances.length)
    const order = [...instances.slice(shift), ...instances.slice(0, shift)]
    for (const instance of order.filter((one) => countOf(one) < options.rounds)) {
      rounds.get(instance)?.push(await measure(instance))
    }
  }
  return new Map([...rounds].map(([instance, measured]) => [instance, summarize(measured)]))
}

/** One round on a warm gateway, and how much of it the access log holds. `check` runs between warm-up and round. */
export async function measureLogged(
  instance: Instance,
  load: Load,
  backendPid: number,
  check?: () => Promise<void>,
): Promise<LoggedRound> {
  await warmUp(load)
  await check?.()
  emptyLog(instance)
  const round = await measureRound(load, instance.pid, backendPid)
  const logged = (await logLines(instance)) / round.requests
  emptyLog(instance)
  return { ...round, logged }
}
