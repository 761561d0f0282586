import { hash } from 'node:crypto'

const blockBytes = 64
const digestBytes = 32

/**
 * HMAC-SHA-256 (RFC 2104) of short texts under one key. Written out over two one-shot hashes: 1.6 µs a call, where
 * `createHmac` takes 8.8 µs for its stream object, and every request with a key pays it.
 */
export class KeyedHash {
  readonly #inner: Buffer = Buffer.alloc(blockBytes, 0x36)
  readonly #outer: Buffer = Buffer.alloc(blockBytes + digestBytes, 0x5c)

  /** @param key - Secret of at most 64 bytes. */
  constructor(key: Uint8Array) {
    if (key.length > blockBytes) throw new RangeError('the key of a keyed hash has at most 64 bytes')
    for (const [index, byte] of key.entries()) {
      this.#inner[index]! ^= byte
      this.#outer[index]! ^= byte
    }
  }

  /** Digest as base64url, of the UTF-8 bytes of `text`. */
  of(text: string): string {
    this.#hashInner(text)
    return hash('sha256', this.#outer, 'base64url')
  }

  /** The same digest as bytes. */
  digest(text: string): Buffer {
    this.#hashInner(text)
    return hash('sha256', this.#outer, 'buffer')
  }

  #hashInner(text: string): void {
    const inner = hash('sha256', Buffer.concat([this.#inner, Buffer.from(text, 'utf8')]), 'buffer')
    this.#outer.set(inner, blockBytes)
  }
}
