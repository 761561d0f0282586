import { openStore } from '../store/store.ts'
import { StoreError } from '../store/store-error.ts'
import { commandLine } from './actor.ts'
import type { Output } from './output.ts'

/** Makes a new admin token: for one that leaked or was lost. A running gateway asks for the new one at once. */
export function runAdminToken(dataFolder: string, { stdout, stderr }: Output): number {
  try {
    const store = openStore(dataFolder)
    try {
      stdout(`${store.adminTokens.replace(commandLine)}\n`)
      stderr('The admin token is shown this once: keep it now. The one before has ended.\n')
    } finally {
      store.close()
    }
    return 0
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    stderr(`${error.message}\n`)
    return 2
  }
}
