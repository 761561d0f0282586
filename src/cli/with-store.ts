import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openStore, type Store } from '../store/store.ts'
import { AuditError, StoreError } from '../store/store-error.ts'
import type { Output } from './output.ts'

/** Opens the store for a command. What is wrong with it, or with what was asked, is one sentence and exit code 2. */
export function withStore(
  dataFolder: string,
  { stderr }: Output,
  use: (store: Store) => number,
  { mustExist = false }: { readonly mustExist?: boolean } = {},
): number {
  let store: Store | undefined
  try {
    if (mustExist && !existsSync(join(dataFolder, 'store.db')))
      throw new StoreError(`${dataFolder} has no store: name the data folder of the gateway with --data`)
    store = openStore(dataFolder)
    return use(store)
  } catch (error) {
    if (!(error instanceof StoreError || error instanceof AuditError)) throw error
    stderr(`${error.message}\n`)
    return 2
  } finally {
    store?.close()
  }
}
