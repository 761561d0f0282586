import { setTimeout as delay } from 'node:timers/promises'
import { usageOf } from './cpu.ts'
import { type Load, startWrk, type WrkResult } from './wrk.ts'

/** Cut off at both ends of a round, in milliseconds: connecting and handshakes are not the steady state. */
const edgeMs = 400

/** One round of load on one server. */
export interface Round extends WrkResult {
  /** Processor time of the server in per cent of one core, over the middle of the round. */
  readonly cpu: number
  /** The same of the load side: wrk, and the backend where the server is a gateway. */
  readonly loadCpu: number
  /** Resident memory of the server near the end of the round, under load, in megabytes. */
  readonly rss: number
}

/** Loads a server and watches what it and the load side use meanwhile. */
export async function measureRound(load: Load, serverPid: number, backendPid: number): Promise<Round> {
  const { child, result } = startWrk(load)
  const outcome = result.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  const used = (): { at: number; server: ReturnType<typeof usageOf>; load: number } => {
    const backend = backendPid === serverPid ? 0 : usageOf(backendPid).cpuSeconds
    return {
      server: usageOf(serverPid),
      load: usageOf(child.pid ?? 0).cpuSeconds + backend,
      at: performance.now(),
    }
  }
  await delay(edgeMs)
  const before = used()
  await delay(load.seconds * 1000 - 2 * edgeMs)
  const after = used()
  const settled = await outcome
  if ('error' in settled) throw settled.error
  const percent = 100_000 / (after.at - before.at)
  return {
    ...settled.value,
    cpu: (after.server.cpuSeconds - before.server.cpuSeconds) * percent,
    loadCpu: (after.load - before.load) * percent,
    rss: after.server.rssMb,
  }
}

/** Brings a server to its steady state: connections to the backend open, code compiled. */
export async function warmUp(load: Load): Promise<void> {
  await startWrk({ ...load, seconds: 2 }).result
}
