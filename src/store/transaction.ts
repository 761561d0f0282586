import type { DatabaseSync } from 'node:sqlite'

/** Runs `write` in one transaction, which other processes wait for. A throw undoes it. */
export function transaction<T>(database: DatabaseSync, write: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = write()
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
