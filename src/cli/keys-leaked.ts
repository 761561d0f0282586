import { createReadStream } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { type LeakedKey, type LeakReport, LeakSearch } from '../store/keys/key-leaks.ts'
import type { KeyStore } from '../store/keys/keys.ts'
import { StoreError } from '../store/store-error.ts'
import { commandLine } from './actor.ts'

/** Arguments of `sallyport keys leaked`. */
export interface LeakedArguments {
  /** File to read; `-` is standard input. */
  readonly file: string
  /** Find only. */
  readonly dryRun: boolean
  readonly json: boolean
  readonly stdin: Readable
  readonly stdout: Writable
  readonly stderr: Writable
}

/** Looks for keys in a file of any size and revokes them. Exit code 1 when something was found. */
export async function runLeaked(keys: KeyStore, args: LeakedArguments): Promise<number> {
  const { file, dryRun, json, stdin, stdout, stderr } = args
  const search = new LeakSearch(keys, commandLine, dryRun)
  const source = file === '-' ? stdin : createReadStream(file)
  try {
    for await (const chunk of source) search.take(Buffer.from(chunk as Uint8Array))
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error
    throw new StoreError(`the text cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  const report = search.end()
  if (json) stdout.write(`${JSON.stringify(report)}\n`)
  else for (const key of report.keys) stdout.write(`${sentence(key, dryRun)}\n`)
  stderr.write(summary(report, dryRun))
  return report.keys.length === 0 && report.foreign === 0 ? 0 : 1
}

function sentence({ line, id, owner, identity, state, revoked }: LeakedKey, dryRun: boolean): string {
  const outcome = revoked
    ? 'is revoked now'
    : dryRun && state !== 'revoked'
      ? `is ${state}`
      : 'was revoked before'
  return `line ${line}: ${id} of ${owner} for ${identity} ${outcome}`
}

function summary({ keys, foreign, firstForeignLine }: LeakReport, dryRun: boolean): string {
  if (keys.length === 0 && foreign === 0) return 'No key was found.\n'
  const revoked = keys.filter((key) => key.revoked).length
  const found = `Keys of this store found: ${keys.length}${dryRun ? ' (none was revoked: --dry-run)' : `, revoked now: ${revoked}`}.\n`
  if (foreign === 0) return found
  return `${found}Keys of another store found: ${foreign}, the first in line ${firstForeignLine}. Revoke them there.\n`
}
