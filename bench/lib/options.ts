import { parseArgs } from 'node:util'

/** What the command line of a bench may change. */
export interface BenchOptions {
  /** Measured rounds of each gateway; the medians are reported. Default 3. */
  readonly rounds: number
  /** Length of a measured round, in seconds. Default 8. */
  readonly seconds: number
  /** Connections that the load generator keeps open. Default 64. */
  readonly connections: number
  /** Names of the gateways to run; empty runs all that the machine has. */
  readonly only: readonly string[]
}

/** @throws Error with one sentence for the user when an option is unknown or out of range. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    options: {
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '8' },
      connections: { type: 'string', default: '64' },
      only: { type: 'string', default: '' },
    },
  })
  return {
    rounds: bounded('rounds', values.rounds, 1, 20),
    // Below 3 s nothing is left of a round once its edges are cut off.
    seconds: bounded('seconds', values.seconds, 3, 120),
    // Sallyport takes 1,000 connections from one address, its default, and the bench is one address.
    connections: bounded('connections', values.connections, 1, 900),
    only: values.only.split(',').filter((name) => name !== ''),
  }
}

function bounded(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new Error(`--${name} takes a whole number from ${least} to ${most}, not '${text}'`)
  }
  return value
}
