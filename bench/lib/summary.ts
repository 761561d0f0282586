import { median, rounded } from './figures.ts'
import type { Round } from './measure.ts'

/** A gateway's core less busy than this was waiting for the load side: what came out is not the gateway's speed. */
const busyPercent = 95

/** Part of the requests that the access log must hold. A buffer not yet written may be missing, no more. */
const loggedPart = 0.98

/** A round on a gateway, and the part of its requests that its access log then held. */
export interface LoggedRound extends Round {
  readonly logged: number
}

/** Medians of a gateway's rounds. Latencies in milliseconds, processor use in per cent of a core, memory in MB. */
export interface Summary {
  readonly rps: number
  readonly p50: number
  readonly p99: number
  readonly cpu: number
  readonly loadCpu: number
  readonly rss: number
  readonly errors: number
  /** Least part of a round's requests that the access log held: a gateway that drops records is not faster. */
  readonly logged: number
  /** Number of rounds that count. */
  readonly valid: number
  /** False when no round counts: the figures stand for looking at, not for comparing. */
  readonly measured: boolean
}

/** Whether a round says how fast the gateway is: core busy, answers good, requests recorded. */
export function counts(round: LoggedRound): boolean {
  return round.cpu >= busyPercent && round.errors === 0 && round.logged >= loggedPart
}

/** Medians over the rounds that count, or over all of them when none does. */
export function summarize(rounds: readonly LoggedRound[]): Summary {
  const valid = rounds.filter(counts)
  const used = valid.length > 0 ? valid : rounds
  const middle = (pick: (round: LoggedRound) => number, digits: number): number =>
    rounded(median(used.map(pick)), digits)
  return {
    rps: middle(({ rps }) => rps, 0),
    p50: middle(({ p50 }) => p50, 2),
    p99: middle(({ p99 }) => p99, 2),
    cpu: middle(({ cpu }) => cpu, 1),
    loadCpu: middle(({ loadCpu }) => loadCpu, 1),
    rss: middle(({ rss }) => rss, 1),
    errors: rounds.reduce((sum, { errors }) => sum + errors, 0),
    logged: rounded(Math.min(...used.map(({ logged }) => logged)), 3),
    valid: valid.length,
    measured: valid.length > 0,
  }
}

/** Speed of one against the other; null where either was not measured. */
export function ratio(one: Summary | undefined, other: Summary | undefined): number | null {
  return one?.measured && other?.measured ? rounded(one.rps / other.rps, 2) : null
}
