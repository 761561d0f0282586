import { resolve } from 'node:path'
import type { ApiDocument } from './document.ts'
import { DocumentError } from './document-error.ts'
import { DocumentFiles, FileRefused } from './document-files.ts'
import { Findings } from './findings.ts'
import { readOperations } from './operations.ts'
import { childOf, objectOf, type Place, textOf } from './place.ts'
import { References } from './references.ts'
import { readSecurity, readSecuritySchemes } from './security.ts'
import { readServers, serversText } from './servers.ts'
import type { SourceFile } from './source-file.ts'
import { fromSwagger } from './swagger.ts'

/**
 * Reads an OpenAPI 3.0, 3.1 or 3.2 document, or a Swagger 2.0 one (converted), in JSON or YAML, with the files below
 * its folder that it refers to. Never opens a network connection. Tolerant of everything the gateway does not read;
 * throws `DocumentError` with every problem found in what it does.
 */
export async function loadDocument(file: string): Promise<ApiDocument> {
  const findings = new Findings()
  const { files, written } = open(resolve(file))
  const version = versionOf(written, findings)
  const converted = version.startsWith('2.') ? fromSwagger(written) : written
  const root: Place = { file: converted, path: [], value: converted.value }
  const references = new References(files, findings)
  const securitySchemes = readSecuritySchemes(root, references, findings)
  const schemes = new Set(securitySchemes.map(({ name }) => name))
  const security = readSecurity(root, schemes, findings)
  const { basePaths, origins } = readServers(root, references, findings)
  const minor = version.startsWith('3.') ? Number(version.split('.')[1]) : 0
  const operations = readOperations({
    root,
    minor,
    schemes,
    servers: serversText(root),
    security,
    references,
    findings,
  })
  reportDuplicates(files, findings)
  findings.settle()
  const info = references.get(root, 'info', 'note')
  return {
    file: written.file,
    files: files.parsed().map(({ file }) => file),
    version,
    title: textOf(objectOf(info?.value)?.['title']),
    apiVersion: String(objectOf(info?.value)?.['version'] ?? ''),
    basePaths,
    origins,
    securitySchemes,
    security,
    operations,
    notes: findings.notes(),
    locate: (path) => converted.locate(path),
  }
}

function reportDuplicates(files: DocumentFiles, findings: Findings): void {
  for (const file of files.parsed()) {
    for (const { key, source } of file.duplicates()) {
      findings.problem(
        () => source,
        `The key \`${key}\` stands twice in one object.`,
        'Keep one of the two: readers disagree on which one holds.',
      )
    }
  }
}

function open(file: string): { files: DocumentFiles; written: SourceFile } {
  const source = { file, line: 0, column: 0 }
  try {
    const files = new DocumentFiles(file)
    return { files, written: files.root() }
  } catch (error) {
    if (error instanceof FileRefused) {
      throw new DocumentError([{ source, message: error.message, remedy: error.remedy }])
    }
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
    if (code === undefined) throw error
    const remedy = code === 'ENOENT' ? 'Correct the path.' : 'Make it a file that the gateway may read.'
    throw new DocumentError([{ source, message: `The file cannot be read (${code}).`, remedy }])
  }
}

/** The specification's version as written: `3.1.0`, `2.0`. Throws when it is none that is known. */
function versionOf(file: SourceFile, findings: Findings): string {
  const fields = objectOf(file.value)
  const key = fields !== undefined && Object.hasOwn(fields, 'openapi') ? 'openapi' : 'swagger'
  const written = fields?.[key]
  // Unquoted in YAML, `3.1` and `2.0` are numbers.
  const version =
    typeof written === 'number'
      ? Number.isInteger(written)
        ? `${written}.0`
        : String(written)
      : textOf(written)
  const known = key === 'openapi' ? /^3\.[012](\.\d{1,3})?(-[\w.]{1,20})?$/ : /^2\.0$/
  if (known.test(version)) return version
  const remedy = 'OpenAPI 3.0, 3.1, 3.2 and Swagger 2.0 are read: write, for example, `openapi: 3.1.0`.'
  const root: Place = { file, path: [], value: file.value }
  const place = childOf(root, key) ?? root
  const message =
    written === undefined
      ? 'This is not an OpenAPI document: it has no `openapi` version.'
      : `The version \`${String(written).slice(0, 20)}\` of \`${key}\` is not known.`
  findings.problem(() => file.locate(place.path), message, remedy)
  findings.settle()
  throw new Error('unreachable: a problem was reported')
}
