import { resolve } from 'node:path'
import type { ApiDocument } from '../openapi/document.ts'
import { DocumentError } from '../openapi/document-error.ts'
import { loadDocument } from '../openapi/load.ts'
import type { Path } from '../read/tree.ts'
import type { Report } from '../report.ts'
import type { ApiBlock } from '../schema/apis.ts'
import type { OperationSpec } from '../spec.ts'
import { resolveApi } from './api.ts'
import { declaredByDocument, declaredRoutes } from './declared.ts'
import { ApiAuthentication } from './operation-authentication.ts'
import { ApiOperations, type Surroundings } from './operations.ts'
import { resolveUndeclared } from './undeclared.ts'

/** The operations of all APIs, and the documents that were read for them. */
export interface ResolvedApis {
  readonly operations: readonly OperationSpec[]
  readonly files: readonly string[]
}

/** Resolves `apis`. `today` is an ISO date. */
export async function resolveApis(
  apis: Readonly<Record<string, ApiBlock>>,
  identities: readonly string[],
  around: Surroundings,
  today: string,
): Promise<ResolvedApis> {
  const operations: OperationSpec[] = []
  const files = new Set<string>()
  for (const [name, block] of Object.entries(apis)) {
    const at: Path = ['apis', name]
    refuseMixed(at, block, around.report)
    const document =
      block.openapi === undefined
        ? null
        : await readDocument([...at, 'openapi'], block.openapi, around.report)
    if (block.openapi !== undefined && document === null) continue
    for (const file of document?.files ?? []) files.add(file)
    operations.push(...resolveOperations(name, block, document, identities, around, today))
  }
  return { operations, files: [...files] }
}

function resolveOperations(
  name: string,
  block: ApiBlock,
  document: ApiDocument | null,
  identities: readonly string[],
  around: Surroundings,
  today: string,
): OperationSpec[] {
  const { report } = around
  const api = resolveApi(name, block, document, report)
  const declared =
    document === null ? declaredRoutes(api, report) : declaredByDocument(api, document.operations, report)
  if (declared.length === 0)
    report.find(
      report.tree.keyOf(api.at),
      `API \`${name}\` has no operations`,
      'Declare some: nothing of it can be called.',
    )
  const authentication = new ApiAuthentication(api, identities, report)
  const resolver = new ApiOperations(api, around)
  const operations: OperationSpec[] = []
  for (const one of declared) {
    const decision = authentication.of(one)
    const operation = decision === null ? null : resolver.resolve(one, decision)
    if (operation !== null) operations.push(operation)
  }
  authentication.settle()
  resolver.settle()
  const undeclared = resolveUndeclared(api, authentication.ofApi(), today, report)
  if (undeclared === null) return operations
  // By the same way as a declared operation that says nothing: the document's root must allow it too.
  const decision = authentication.of(undeclared.declared)
  const extra = decision === null ? null : resolver.resolve(undeclared.declared, decision)
  if (extra !== null) operations.push({ ...extra, undeclaredUntil: undeclared.until })
  return operations
}

function refuseMixed(at: Path, block: ApiBlock, report: Report): void {
  if (block.openapi === undefined && block.routes === undefined) {
    report.refuseKey(at, 'the API declares nothing', 'Write `openapi: ./document.yaml`, or `routes`.')
  }
  if (block.routes === undefined) return
  for (const key of ['openapi', 'operations', 'securitySchemes'] as const) {
    if (block[key] === undefined) continue
    const remedy =
      key === 'operations' ? 'Write the rules in the routes themselves.' : 'Keep `openapi` or `routes`.'
    report.refuseKey(
      [...at, key],
      `\`${key}\` does not go with \`routes\``,
      remedy,
      report.tree.keyOf([...at, 'routes']),
    )
  }
}

async function readDocument(at: Path, written: string, report: Report): Promise<ApiDocument | null> {
  try {
    const document = await loadDocument(resolve(report.tree.folderOf(at), written))
    for (const { source, message } of document.notes) report.find(source, message, 'See the document.')
    return document
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error
    for (const { source, message, remedy } of error.problems) {
      report.refuseAt(source, at, message, remedy, report.tree.valueOf(at))
    }
    return null
  }
}
