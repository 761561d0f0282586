import type { Exchange } from '../../gateway/exchange.ts'

/** Memory is touched from the first slot on, as far as there are requests at once. */
const slots = 16_384
const slotBytes = 256
const headerBytes = 16
/** Bytes of shared memory for the requests in flight of one thread. */
export const inFlightBytes: number = slots * slotBytes

/**
 * Which requests a thread is working on, in shared memory, so that each still gets its decision record when the
 * thread dies without a word (its heap is full, or it hangs and is ended). Beyond 16,384 at once, later ones are not
 * noted; they are counted as requests all the same.
 */
export class InFlight {
  readonly #bytes: Buffer
  readonly #view: DataView
  readonly #free: number[] = []

  constructor(memory: SharedArrayBuffer) {
    this.#bytes = Buffer.from(memory)
    this.#view = new DataView(memory)
    for (let slot = slots - 1; slot >= 0; slot--) this.#free.push(slot)
  }

  enter(x: Exchange): void {
    const slot = this.#free.pop()
    if (slot === undefined) return
    x.slot = slot
    const at = slot * slotBytes
    const text = `${x.id} ${x.clientAddress} ${x.listenerJson} ${x.method} ${x.host === '' ? '-' : x.host} ${x.path}`
    const length = this.#bytes.write(text, at + headerBytes, slotBytes - headerBytes, 'latin1')
    this.#view.setFloat64(at + 8, x.startedAt)
    this.#view.setUint16(at, length)
  }

  leave(x: Exchange): void {
    if (x.slot < 0) return
    this.#view.setUint16(x.slot * slotBytes, 0)
    this.#free.push(x.slot)
    x.slot = -1
  }
}

/** A request that its thread took along. */
export interface LostRequest {
  readonly startedAt: number
  readonly id: string
  readonly client: string
  readonly listener: string
  readonly method: string
  readonly host: string
  readonly path: string
}

/** Reads what a dead thread left in flight. */
export function lostRequests(memory: SharedArrayBuffer): LostRequest[] {
  const bytes = Buffer.from(memory)
  const view = new DataView(memory)
  const lost: LostRequest[] = []
  for (let at = 0; at < inFlightBytes; at += slotBytes) {
    const length = view.getUint16(at)
    if (length === 0 || length > slotBytes - headerBytes) continue
    const [id = '', client = '', listener = '', method = '', host = '', path = ''] = bytes
      .toString('latin1', at + headerBytes, at + headerBytes + length)
      .split(' ')
    lost.push({
      startedAt: view.getFloat64(at + 8),
      id,
      client,
      listener: listener.slice(1, -1),
      method,
      host: host === '-' ? '' : host,
      path,
    })
  }
  return lost
}
