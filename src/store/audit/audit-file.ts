import {
  closeSync,
  existsSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { reasonOf, syncFolder } from '../data-folder.ts'
import { AuditError } from '../store-error.ts'

const chunkBytes = 65_536

/** The file `audit.log` of a data folder (0600), as bytes. */
export class AuditFile {
  readonly path: string
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
    this.path = join(folder, 'audit.log')
  }

  /** Bytes; 0 where there is no file. */
  size(): number {
    return this.#read((descriptor) => fstatSync(descriptor).size) ?? 0
  }

  /** The last bytes of the file, at most so many. */
  tail(most: number): { readonly size: number; readonly bytes: Buffer } {
    const read = this.#read((descriptor) => {
      const { size } = fstatSync(descriptor)
      const bytes = Buffer.alloc(Math.min(size, most))
      return { size, bytes: bytes.subarray(0, fill(descriptor, bytes, size - bytes.length)) }
    })
    return read ?? { size: 0, bytes: Buffer.alloc(0) }
  }

  /** The bytes from `from` to `to`, chunk by chunk: the file may be larger than memory. */
  *chunks(from: number, to: number): Generator<Buffer> {
    for (let at = from; at < to; at += chunkBytes) {
      const bytes = Buffer.alloc(Math.min(chunkBytes, to - at))
      const read = this.#read((descriptor) => fill(descriptor, bytes, at)) ?? 0
      if (read > 0) yield bytes.subarray(0, read)
      if (read < bytes.length) return
    }
  }

  /** Cuts the file to `size` and writes `text` after it. On disk when it returns; a write that fails is taken back. */
  append(size: number, text: string): void {
    const isNew = !existsSync(this.path)
    let descriptor: number | undefined
    try {
      descriptor = openSync(this.path, 'a', 0o600)
      // The file's mode may be wider than asked for where it was there before.
      if (isNew) syncFolder(this.#folder)
      else if (process.getuid !== undefined) fchmodSync(descriptor, 0o600)
      if (fstatSync(descriptor).size > size) ftruncateSync(descriptor, size)
      try {
        writeAll(descriptor, Buffer.from(text, 'latin1'))
      } catch (error) {
        ftruncateSync(descriptor, size)
        throw error
      }
      fsyncSync(descriptor)
    } catch (error) {
      throw new AuditError(
        `${this.path} cannot be written (${reasonOf(error)}), and nothing is changed without it: make room, or correct its rights`,
      )
    } finally {
      if (descriptor !== undefined) closeSync(descriptor)
    }
  }

  /** Null where there is no file. */
  #read<T>(use: (descriptor: number) => T): T | null {
    let descriptor: number | null = null
    try {
      descriptor = openSync(this.path, 'r')
      return use(descriptor)
    } catch (error) {
      if (reasonOf(error) === 'ENOENT') return null
      throw new AuditError(`${this.path} cannot be read (${reasonOf(error)}): correct its rights`)
    } finally {
      if (descriptor !== null) closeSync(descriptor)
    }
  }
}

function fill(descriptor: number, bytes: Buffer, from: number): number {
  let filled = 0
  while (filled < bytes.length) {
    const read = readSync(descriptor, bytes, filled, bytes.length - filled, from + filled)
    if (read === 0) break
    filled += read
  }
  return filled
}

function writeAll(descriptor: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at)
}
