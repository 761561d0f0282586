import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openStore, type Store } from '../../src/store/store.ts'

/**
 * Puts a key of `partners` into the file `api-key` of the data folder. The store keeps keys as hashes only, so a
 * demo that wants to show a `curl` line has to write its key down; a real key is shown once and never stored.
 */
export function ensureDemoKey(folder: string): void {
  const store = openStore(folder)
  try {
    const file = join(folder, 'api-key')
    if (isLive(store, file)) return
    const { key } = store.keys.create({ name: 'demo', from: null }, { identity: 'partners', owner: 'demo' })
    writeFileSync(`${file}.new`, `${key}\n`, { mode: 0o600 })
    renameSync(`${file}.new`, file)
  } finally {
    store.close()
  }
}

/** Whether the file holds a key that was not revoked meanwhile. */
function isLive(store: Store, file: string): boolean {
  let key: string
  try {
    key = readFileSync(file, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
  const found = store.keys.find(key)
  return found?.identity === 'partners' && found.state === 'live'
}
