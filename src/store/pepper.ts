import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { reasonOf, refuseOpenFile, syncFolder } from './data-folder.ts'
import { StoreError } from './store-error.ts'

const pepperBytes = 32

/**
 * The secret under which keys are hashed, in a file beside the store: a copy of the store alone (a backup, a
 * leaked database) tests no guess.
 *
 * @returns undefined when there is none.
 */
export function readPepper(folder: string): Uint8Array | undefined {
  const file = join(folder, 'pepper')
  let pepper: Buffer
  try {
    pepper = readFileSync(file)
  } catch (error) {
    if (reasonOf(error) === 'ENOENT') return undefined
    throw new StoreError(`${file} cannot be read (${reasonOf(error)})`)
  }
  refuseOpenFile(file)
  if (pepper.length !== pepperBytes) {
    throw new StoreError(`${file} is damaged: restore it from the backup that belongs to store.db`)
  }
  // A copy: small Buffers share a pool, which posting to a thread would copy whole.
  return new Uint8Array(pepper)
}

/** Makes the pepper. Of two processes that start at once, both end with the one that was first. */
export function makePepper(folder: string): Uint8Array {
  const draft = join(folder, `pepper.${process.pid}.${randomBytes(6).toString('hex')}`)
  try {
    const descriptor = openSync(draft, 'wx', 0o600)
    try {
      writeSync(descriptor, randomBytes(pepperBytes))
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    try {
      linkSync(draft, join(folder, 'pepper'))
    } catch (error) {
      if (reasonOf(error) !== 'EEXIST') throw error
    }
    syncFolder(folder)
  } catch (error) {
    throw new StoreError(`the data folder ${folder} cannot be written (${reasonOf(error)})`)
  } finally {
    rmSync(draft, { force: true })
  }
  const pepper = readPepper(folder)
  if (pepper === undefined) throw new StoreError(`${join(folder, 'pepper')} vanished while it was made`)
  return pepper
}
