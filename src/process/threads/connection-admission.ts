import { randomBytes } from 'node:crypto'
import type { WireLimits } from '../../config/spec.ts'
import { formatAddress, parseAddress } from '../../engines/networks/address.ts'
import { SharedTable } from '../../engines/table/shared-table.ts'
import type { Admission } from '../../http/admission.ts'

/** Addresses that can hold connections at once; with more, new addresses are refused. 22 bytes each. */
const mostAddresses = 65_536
/** The control plane's number among the users of the table; data threads count from 0. */
const controlPlane = 65_535
/** Key of all connections together. No address is written so. */
const everyone = '*'

/** A table that all threads count connections in, and one for what each thread holds, under one secret seed. */
export class ConnectionTables {
  readonly shared: SharedTable
  readonly #seed: readonly [number, number]

  constructor() {
    const random = randomBytes(8)
    this.#seed = [random.readUInt32LE(0), random.readUInt32LE(4)]
    this.shared = SharedTable.create(mostAddresses, this.#seed, controlPlane)
  }

  /** The ledger of a new thread. */
  newLedger(): SharedArrayBuffer {
    return SharedTable.create(mostAddresses, this.#seed, controlPlane).buffer
  }

  /** Counts out what a dead thread held: the system has closed its sockets. */
  forget(thread: number, ledger: SharedArrayBuffer): void {
    this.shared.sweep(thread)
    this.shared.takeBack(new SharedTable(ledger, controlPlane))
  }
}

/** Limits of connections, in total and by address, exact over all threads of the process. */
export class ConnectionAdmission implements Admission {
  readonly #shared: SharedTable
  readonly #ledger: SharedTable
  readonly #limits: () => WireLimits

  constructor(
    shared: SharedArrayBuffer,
    ledger: SharedArrayBuffer,
    thread: number,
    limits: () => WireLimits,
  ) {
    this.#shared = new SharedTable(shared, thread)
    this.#ledger = new SharedTable(ledger, thread)
    this.#limits = limits
  }

  enter(address: string): boolean {
    const limits = this.#limits()
    if (this.#shared.add(everyone, 1, limits.connections) < 0) return false
    const key = holderOf(address)
    if (this.#shared.add(key, 1, limits.connectionsPerAddress) < 0) {
      this.#shared.add(everyone, -1)
      return false
    }
    this.#ledger.add(everyone, 1)
    this.#ledger.add(key, 1)
    return true
  }

  leave(address: string): void {
    // The ledger first: a thread that dies in between leaves a count too many for a while, never one too few.
    const key = holderOf(address)
    this.#ledger.add(key, -1)
    this.#ledger.add(everyone, -1)
    this.#shared.add(key, -1)
    this.#shared.add(everyone, -1)
  }
}

/** Who holds a connection: an IPv4 address, or the /64 that an IPv6 subscriber has as a whole. */
function holderOf(address: string): string {
  if (!address.includes(':')) return address
  const parsed = parseAddress(address)
  if (parsed === null) return address
  return formatAddress({ ...parsed, words: [parsed.words[0]!, parsed.words[1]!, 0, 0] })
}
