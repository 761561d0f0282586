import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContext } from 'node:tls'
import type { ServiceSpec } from '../../config/spec.ts'
import type { Exchange } from '../../gateway/exchange.ts'
import type { Upstream } from '../../gateway/upstream.ts'
import type { Counters } from '../../observe/counters.ts'
import type { Deadlines } from '../deadlines.ts'
import { Addresses } from './addresses.ts'
import { Pool } from './pool.ts'
import { Trip } from './trip.ts'

/** A service with its targets, tried in turn. */
export class UpstreamService implements Upstream {
  readonly name: string
  readonly spec: ServiceSpec
  readonly pools: readonly Pool[]
  readonly counters: Counters
  readonly deadlines: Deadlines
  #turn = 0

  constructor(
    spec: ServiceSpec,
    deadlines: Deadlines,
    counters: Counters,
    report: (message: string) => void,
  ) {
    this.name = spec.name
    this.spec = spec
    this.counters = counters
    this.deadlines = deadlines
    const context = secureContext(spec)
    this.pools = spec.targets.map(
      (target) =>
        new Pool(
          spec,
          target,
          new Addresses(target.host, spec.allowMetadataAddress, (message) =>
            report(`service ${spec.name}: ${message}`),
          ),
          context,
          deadlines,
          counters,
        ),
    )
  }

  forward(exchange: Exchange): void {
    new Trip(exchange, this, this.pools[this.#turn++ % this.pools.length]!).start()
  }

  /** The target after this one. */
  next(pool: Pool): Pool {
    return this.pools[(this.pools.indexOf(pool) + 1) % this.pools.length]!
  }

  close(): void {
    for (const pool of this.pools) pool.close()
  }
}

/** Naming authorities of one's own means that only those are believed; without any, the platform's are. */
function secureContext(spec: ServiceSpec): SecureContext | null {
  const { authorities } = spec.tls
  if (authorities.length === 0) return null
  return createSecureContext({ ca: authorities.map((path) => readFileSync(path)), minVersion: 'TLSv1.2' })
}
