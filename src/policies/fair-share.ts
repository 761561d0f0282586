interface Network {
  running: number
  readonly waiting: (() => void)[]
}

/** Bounds of a `FairShare`. */
export interface Shares {
  /** Calls at once. */
  readonly all: number
  /** Of them, those of one network. */
  readonly ofOne: number
  /** Calls of one network that wait for a place. */
  readonly waitingOfOne: number
}

/**
 * Places for calls to others that strangers can cause. One network has its share of them, and a queue of its own for
 * what is beyond; a place that becomes free goes round the networks that wait. So a flood from one waits for itself.
 */
export class FairShare {
  readonly #shares: Shares
  /** In the order in which their turn comes. */
  readonly #networks = new Map<string, Network>()
  #running = 0

  constructor(shares: Shares) {
    this.#shares = shares
  }

  /** Runs `call` when there is a place for the network; null where too many of it wait already. */
  run<T>(name: string, call: () => Promise<T>): Promise<T> | null {
    const network = this.#networks.get(name) ?? { running: 0, waiting: [] }
    this.#networks.set(name, network)
    if (this.#hasPlace(network)) return this.#start(name, network, call)
    if (network.waiting.length >= this.#shares.waitingOfOne) return null
    return new Promise<void>((resolve) => network.waiting.push(resolve)).then(() =>
      this.#finish(name, network, call),
    )
  }

  #hasPlace({ running }: Network): boolean {
    return this.#running < this.#shares.all && running < this.#shares.ofOne
  }

  #start<T>(name: string, network: Network, call: () => Promise<T>): Promise<T> {
    this.#running++
    network.running++
    return this.#finish(name, network, call)
  }

  async #finish<T>(name: string, network: Network, call: () => Promise<T>): Promise<T> {
    try {
      return await call()
    } finally {
      this.#running--
      network.running--
      if (network.running === 0 && network.waiting.length === 0) this.#networks.delete(name)
      this.#next()
    }
  }

  /** Gives the free place to the network whose turn it is, which then is the last. */
  #next(): void {
    for (const [name, network] of this.#networks) {
      if (network.waiting.length === 0 || !this.#hasPlace(network)) continue
      this.#networks.delete(name)
      this.#networks.set(name, network)
      this.#running++
      network.running++
      network.waiting.shift()!()
      return
    }
  }
}
