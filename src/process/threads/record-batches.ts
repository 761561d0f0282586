import { type Counters, gauges } from '../../observe/counters.ts'

const flushMs = 25
/** A batch is handed over early when it is this long. */
const batchBytes = 65_536
/** Longest record: a text of a client's is clipped, and each of its characters takes six bytes at most. */
const recordBytes = 131_072
const segmentBytes = batchBytes + recordBytes
/**
 * Batches that a thread may have handed over before the control plane takes the first: 16 MB of records. With more,
 * records are dropped and counted: a stalled log never stalls a request. Memory that was never written costs nothing.
 */
const segments = 256
const headerBytes = segments * 4

/** Bytes of shared memory for the batches of one thread. */
export const batchMemoryBytes: number = headerBytes + segments * segmentBytes

/**
 * Hands decision records to the control plane in batches. They lie in shared memory, of which only the number of a
 * segment is posted: no copy is made for the message, and what a thread has recorded is there when it dies.
 */
export class RecordBatches {
  /** Bytes in each segment; 0 is free. Set free by the control plane. */
  readonly #lengths: Int32Array
  readonly #bytes: Buffer
  readonly #counters: Counters
  readonly #post: (segment: number) => void
  readonly #timer: NodeJS.Timeout
  #segment = 0
  #used = 0

  constructor(memory: SharedArrayBuffer, counters: Counters, post: (segment: number) => void) {
    this.#lengths = new Int32Array(memory, 0, segments)
    this.#bytes = Buffer.from(memory, headerBytes)
    this.#counters = counters
    this.#post = post
    this.#timer = setInterval(() => this.flush(), flushMs)
  }

  /** Takes one record: a line of ASCII, ended by `\n`. */
  add(line: string): void {
    if (this.#used === 0) {
      this.#segment = this.#lengths.indexOf(0)
      if (this.#segment < 0) {
        this.#counters.add(gauges.recordsDropped, 1)
        return
      }
    }
    this.#used += this.#bytes.write(line, this.#segment * segmentBytes + this.#used, 'latin1')
    Atomics.store(this.#lengths, this.#segment, this.#used)
    if (this.#used > batchBytes) this.flush()
  }

  flush(): void {
    if (this.#used === 0) return
    this.#used = 0
    this.#post(this.#segment)
  }

  close(): void {
    clearInterval(this.#timer)
    this.flush()
  }
}

/** Takes a batch that was handed over, and frees its segment. */
export function takeBatch(memory: SharedArrayBuffer, segment: number): string {
  const lengths = new Int32Array(memory, 0, segments)
  const batch = Buffer.from(
    memory,
    headerBytes + segment * segmentBytes,
    Atomics.load(lengths, segment),
  ).toString('latin1')
  Atomics.store(lengths, segment, 0)
  return batch
}

/** Whole records that a dead thread had written and that were not taken. */
export function lostBatch(memory: SharedArrayBuffer): string {
  const lengths = new Int32Array(memory, 0, segments)
  let batch = ''
  for (let segment = 0; segment < segments; segment++)
    if (Atomics.load(lengths, segment) > 0) batch += takeBatch(memory, segment)
  return batch
}
