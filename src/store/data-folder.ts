import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { StoreError } from './store-error.ts'

/** Makes the data folder (0700) where it is absent, and refuses one that others could read. */
export function prepareFolder(folder: string): void {
  try {
    makeFolders(folder)
  } catch (error) {
    throw new StoreError(`the data folder ${folder} cannot be made (${reasonOf(error)}): name another one`)
  }
  const stats = statSync(folder)
  if (!stats.isDirectory()) throw new StoreError(`the data folder ${folder} is not a folder`)
  refuseOthers(folder, stats, '700')
}

/** One by one: Node's own recursive call never returns where the system says that a parent does not exist, as /proc does. */
function makeFolders(folder: string): void {
  if (existsSync(folder)) return
  const parent = dirname(folder)
  if (parent !== folder) makeFolders(parent)
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    // Another process that starts at once was first.
    if (reasonOf(error) !== 'EEXIST') throw error
  }
}

/** Refuses a secret file that others could read or write: whoever reads it can test guesses offline. */
export function refuseOpenFile(file: string): void {
  refuseOthers(file, statSync(file), '600')
}

/** Makes new entries of the folder survive a power cut. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Short reason of a file system error, such as EACCES. */
export function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

function refuseOthers(path: string, stats: Stats, mode: string): void {
  // Windows has no such modes: there the folder's access list is the operator's duty.
  if (process.getuid === undefined) return
  const user = process.getuid()
  if (user !== 0 && stats.uid !== user) {
    throw new StoreError(`${path} belongs to another user: run as its owner, or name another data folder`)
  }
  if ((stats.mode & 0o077) !== 0) {
    throw new StoreError(`${path} can be read or changed by other users: run \`chmod ${mode} ${path}\``)
  }
}
