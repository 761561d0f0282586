import { closeSync, existsSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { reasonOf, refuseOpenFile, syncFolder } from './data-folder.ts'
import { StoreError } from './store-error.ts'

/** What each version adds to the one before: a store of version N is brought up by the steps after N. */
const steps: readonly string[] = [
  `CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    identity TEXT NOT NULL,
    owner TEXT NOT NULL,
    created TEXT NOT NULL,
    revoked TEXT
  ) STRICT;
  CREATE TABLE secrets (name TEXT PRIMARY KEY, hash TEXT NOT NULL) STRICT;`,
  `ALTER TABLE keys ADD COLUMN labels TEXT NOT NULL DEFAULT '{}';
  ALTER TABLE keys ADD COLUMN scopes TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE keys ADD COLUMN networks TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE keys ADD COLUMN expires TEXT;
  ALTER TABLE keys ADD COLUMN replaces TEXT;
  ALTER TABLE keys ADD COLUMN last_used TEXT;
  CREATE TABLE admin_tokens (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    created TEXT NOT NULL,
    expires TEXT,
    revoked TEXT,
    last_used TEXT
  ) STRICT;
  CREATE TABLE revocations (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    identity TEXT NOT NULL,
    value TEXT NOT NULL,
    created TEXT NOT NULL,
    before INTEGER,
    expires TEXT,
    reason TEXT NOT NULL,
    UNIQUE (kind, identity, value)
  ) STRICT;
  CREATE TABLE audit_head (one INTEGER PRIMARY KEY CHECK (one = 1), sequence INTEGER NOT NULL, hash TEXT NOT NULL) STRICT;`,
  // Rises with each change of a key: a gateway with a million of them reads what changed, and no more.
  `ALTER TABLE keys ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX keys_by_sequence ON keys (sequence);
  CREATE INDEX keys_by_replaced ON keys (replaces) WHERE replaces IS NOT NULL;`,
  // The same for revocations.
  `ALTER TABLE revocations ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX revocations_by_sequence ON revocations (sequence);
  CREATE INDEX revocations_by_expiry ON revocations (expires) WHERE expires IS NOT NULL;`,
  `CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    subject TEXT NOT NULL,
    provider_session TEXT,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    content TEXT NOT NULL
  ) STRICT;
  CREATE INDEX sessions_by_subject ON sessions (subject, ends);
  CREATE INDEX sessions_by_provider_session ON sessions (provider_session) WHERE provider_session IS NOT NULL;
  CREATE INDEX sessions_by_end ON sessions (ends);`,
  `CREATE TABLE grants (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    caller TEXT NOT NULL,
    role TEXT NOT NULL,
    giver TEXT NOT NULL,
    reason TEXT NOT NULL,
    created TEXT NOT NULL,
    ends TEXT NOT NULL
  ) STRICT;
  CREATE INDEX grants_by_end ON grants (ends);`,
]

/** Version of the tables, in `PRAGMA user_version`. */
const version = steps.length

/** Opens `store.db` in the data folder, made with mode 0600 where it is absent. */
export function openDatabase(folder: string): DatabaseSync {
  const file = join(folder, 'store.db')
  try {
    if (!existsSync(file)) {
      // Made by us, since SQLite would leave the mode to the umask; its -wal and -shm files take the mode over.
      closeSync(openSync(file, 'a', 0o600))
      syncFolder(folder)
    }
  } catch (error) {
    throw new StoreError(`the data folder ${folder} cannot be written (${reasonOf(error)})`)
  }
  refuseOpenFile(file)
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(file, { timeout: 5000 })
    // FULL: a key that was acknowledged is on disk, also after a power cut (WAL alone would sync at checkpoints).
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF')
    prepareTables(database, file)
    return database
  } catch (error) {
    database?.close()
    if (error instanceof StoreError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new StoreError(`${file} cannot be opened (${reason}): restore it from a backup`)
  }
}

function prepareTables(database: DatabaseSync, file: string): void {
  // IMMEDIATE: of two processes that start at once, the second waits and finds the tables made.
  database.exec('BEGIN IMMEDIATE')
  const found = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
  for (const step of steps.slice(found)) database.exec(step)
  if (found < version) database.exec(`PRAGMA user_version = ${version}`)
  database.exec('COMMIT')
  if (found > version) {
    throw new StoreError(`${file} was written by a newer version of the gateway: start that version`)
  }
}
