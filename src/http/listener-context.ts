import type { ListenerSpec } from '../config/spec.ts'
import type { NetworkSet } from '../engines/networks/network-set.ts'

/** A listener as its connections see it. */
export interface ListenerContext {
  readonly spec: ListenerSpec
  /** JSON text of its name, ready for the record. */
  readonly nameJson: string
  /** Balancers that may speak clear text; null on TLS and redirect listeners. */
  readonly balancers: NetworkSet | null
  /** Whether a certificate of the listener covers a host. Always true where no certificate is in play. */
  covers(host: string): boolean
}
