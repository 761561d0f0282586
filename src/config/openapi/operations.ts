import type { DocumentOperation, SecurityAlternative } from './document.ts'
import { DocumentError } from './document-error.ts'
import type { Findings } from './findings.ts'
import { type MethodPlace, readMethods } from './methods.ts'
import { childOf, objectOf, type Place, sourceOf, textOf } from './place.ts'
import { type References, referenceOf } from './references.ts'
import { readSecurity } from './security.ts'
import { serversText } from './servers.ts'
import { readTemplate } from './template.ts'

/** Operations of one document. The largest public one has 23,000. */
const MAX_OPERATIONS = 100_000

/** Layers of one path item: itself and what its `$ref` names, one after another. */
const MAX_LAYERS = 32

/** What reading operations needs to know of the rest of the document. */
export interface OperationContext {
  readonly root: Place
  /** The 1 of OpenAPI 3.1. */
  readonly minor: number
  readonly schemes: ReadonlySet<string>
  /** `servers` of the root, as `serversText` gives it. */
  readonly servers: string | undefined
  readonly security: readonly SecurityAlternative[] | null
  readonly references: References
  readonly findings: Findings
}

/** Reads all operations under `paths`. */
export function readOperations(context: OperationContext): DocumentOperation[] {
  const { findings, references, root } = context
  const paths = references.get(root, 'paths')
  if (paths === undefined) return []
  if (objectOf(paths.value) === undefined && paths.value !== null) {
    findings.problem(sourceOf(paths), '`paths` is not an object.', 'Write paths as keys, like `/orders:`.')
    return []
  }
  const operations: DocumentOperation[] = []
  for (const template of Object.keys(objectOf(paths.value) ?? {})) {
    if (template.startsWith('x-')) continue
    const item = childOf(paths, template)!
    const { fault } = readTemplate(template)
    if (fault === undefined) {
      for (const operation of readPathItem(item, template, context)) operations.push(operation)
    } else if (fault.fatal) findings.problem(sourceOf(item), fault.message, fault.remedy)
    else findings.note(sourceOf(item), `${fault.message} ${fault.remedy}`)
    if (operations.length > MAX_OPERATIONS) {
      throw new DocumentError([
        {
          source: sourceOf(item)(),
          message: `The document has more than ${MAX_OPERATIONS} operations.`,
          remedy: 'Split it into several APIs.',
        },
      ])
    }
  }
  return withoutRepeats(withUniqueIds(operations, findings), context)
}

function readPathItem(item: Place, template: string, context: OperationContext): DocumentOperation[] {
  const { findings, references } = context
  const layers = layersOf(item, references, findings)
  const shared = layers.map((layer) => readParameters(layer, references))
  const found = new Map<string, DocumentOperation>()
  for (const layer of layers) {
    noteServers(layer, template, context)
    for (const { method, place } of readMethods(layer, context.minor, references, findings)) {
      if (found.has(method)) {
        findings.problem(
          sourceOf(place),
          `${method} ${template} is declared beside a \`$ref\` and again in what it refers to.`,
          'Keep one of the two: which one holds is undefined.',
        )
        continue
      }
      found.set(method, readOperation({ method, place }, template, shared, context))
    }
  }
  return [...found.values()]
}

/** A path item with `$ref` may have fields beside it: both count. */
function layersOf(item: Place, references: References, findings: Findings): Place[] {
  const layers: Place[] = [item]
  for (let layer: Place | undefined = item; layer !== undefined && referenceOf(layer) !== undefined; ) {
    if (layers.length > MAX_LAYERS) {
      findings.problem(
        sourceOf(item),
        'This reference leads in a circle.',
        'Write the path item in its place.',
      )
      return [item]
    }
    layer = references.step(layer)
    if (layer !== undefined) layers.push(layer)
  }
  return layers
}

interface Parameters {
  readonly headers: readonly string[]
  readonly body: boolean
}

function readOperation(
  { method, place }: MethodPlace,
  template: string,
  shared: readonly Parameters[],
  context: OperationContext,
): DocumentOperation {
  const fields = objectOf(place.value)!
  noteServers(place, `${method} ${template}`, context)
  const parameters = [readParameters(place, context.references), ...shared]
  const tags = fields['tags']
  return {
    id: textOf(fields['operationId']) || null,
    method,
    template,
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
    security: readSecurity(place, context.schemes, context.findings),
    bodyDeclared: objectOf(fields['requestBody']) !== undefined || parameters.some(({ body }) => body),
    headerNames: [...new Set(parameters.flatMap(({ headers }) => headers))],
    locate: sourceOf(place),
  }
}

/** Header and body parameters of a path item or operation. `body` and `formData`: Swagger 2.0, in referred files. */
function readParameters(place: Place, references: References): Parameters {
  const list = references.get(place, 'parameters', 'note')
  const headers: string[] = []
  let body = false
  for (let index = 0; index < (Array.isArray(list?.value) ? list.value.length : 0); index++) {
    const fields = objectOf(references.get(list!, index, 'note')?.value)
    if (fields?.['in'] === 'body' || fields?.['in'] === 'formData') body = true
    const name = textOf(fields?.['name']).toLowerCase()
    if (fields?.['in'] === 'header' && /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) headers.push(name)
  }
  return { headers, body }
}

function noteServers(place: Place, what: string, { servers, findings }: OperationContext): void {
  const own = serversText(place)
  if (own === undefined || own === servers) return
  findings.note(
    sourceOf(childOf(place, 'servers')!),
    `\`servers\` of ${what} differs from the document's: only the document's counts here.`,
  )
}

/** An id that stands twice names nothing: both operations stay reachable as `METHOD /template`. */
function withUniqueIds(operations: readonly DocumentOperation[], findings: Findings): DocumentOperation[] {
  const counts = new Map<string, number>()
  for (const { id } of operations) if (id !== null) counts.set(id, (counts.get(id) ?? 0) + 1)
  return operations.map((operation) => {
    const { id, method, template } = operation
    if (id === null || counts.get(id) === 1) return operation
    findings.note(
      operation.locate,
      `\`operationId: ${id}\` stands more than once: name this one \`${method} ${template}\`.`,
    )
    return { ...operation, id: null }
  })
}

/** Templates that differ only in parameter names match the same requests: equal ones are one, others contradict. */
function withoutRepeats(
  operations: readonly DocumentOperation[],
  context: OperationContext,
): DocumentOperation[] {
  const first = new Map<string, DocumentOperation>()
  return operations.filter((operation) => {
    const key = `${operation.method} ${readTemplate(operation.template).key}`
    const earlier = first.get(key)
    if (earlier === undefined) {
      first.set(key, operation)
      return true
    }
    const names = `${operation.method} ${operation.template} matches the same requests as ${earlier.template}`
    if (demands(operation, context) === demands(earlier, context)) {
      context.findings.note(operation.locate, `${names} and was left out.`)
    } else {
      const { file, line, column } = earlier.locate()
      context.findings.problem(
        operation.locate,
        `${names}, but its \`security\` differs.`,
        `Keep one of the two (the other stands at ${file}:${line}:${column}).`,
      )
    }
    return false
  })
}

function demands(operation: DocumentOperation, context: OperationContext): string {
  return JSON.stringify(operation.security ?? context.security)
}
