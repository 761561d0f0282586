import { suggest } from '../nearest.ts'
import type { DocumentOperation, SecurityAlternative } from '../openapi/document.ts'
import type { Path } from '../read/tree.ts'
import type { Report } from '../report.ts'
import type { RulesBlock } from '../schema/apis.ts'
import type { Source } from '../spec.ts'
import type { Api } from './api.ts'
import { readTemplate } from './template.ts'

/** A block of rules, and where it stands. */
export interface Level {
  readonly path: Path
  readonly block: RulesBlock
}

/** An operation that a route or a document declares, and the blocks of rules that name it. */
export interface Declared {
  readonly name: string
  readonly method: string
  /** Without the prefix of the API. */
  readonly template: string
  /** Blocks of its tags, as ordered in the configuration. */
  readonly tags: readonly Level[]
  readonly own: Level | null
  readonly security: readonly SecurityAlternative[] | null
  readonly bodyDeclared: boolean
  readonly headerNames: readonly string[]
  readonly source: Source
}

const methodForm = /^[A-Z][A-Z-]{0,31}$/
const neverPassed: ReadonlySet<string> = new Set(['TRACE', 'CONNECT'])

/** The operations of an API with `routes`. */
export function declaredRoutes(api: Api, report: Report): Declared[] {
  return Object.entries(api.block.routes ?? {}).flatMap(([key, block]): Declared[] => {
    const path: Path = [...api.at, 'routes', key]
    const space = key.indexOf(' ')
    const method = key.slice(0, Math.max(0, space))
    if (!methodForm.test(method) || neverPassed.has(method)) {
      const remedy = neverPassed.has(method)
        ? 'TRACE and CONNECT are never passed on.'
        : 'Write the method in upper case and the path: `"GET /orders/{id}"`.'
      report.refuseKey(path, `\`${key}\` is no route`, remedy)
      return []
    }
    const read = readTemplate(key.slice(space + 1))
    if (!read.ok) {
      report.refuseKey(path, read.message, read.remedy)
      return []
    }
    const source = report.tree.keyOf(path)
    return [
      {
        name: key,
        method,
        template: read.template,
        tags: [],
        own: { path, block },
        security: null,
        bodyDeclared: false,
        headerNames: [],
        source,
      },
    ]
  })
}

/** The operations of an API with a document. Those that cannot be matched stay closed, and are told of. */
export function declaredByDocument(
  api: Api,
  operations: readonly DocumentOperation[],
  report: Report,
): Declared[] {
  const named = new NamedRules(api, operations, report)
  return operations.flatMap((operation): Declared[] => {
    const { method, template, security, bodyDeclared, headerNames } = operation
    const read = readTemplate(template)
    if (!read.ok) {
      report.find(operation.locate(), `${method} ${template} stays closed: ${read.message}`, read.remedy)
      return []
    }
    const name = operation.id ?? `${method} ${template}`
    return [
      {
        name,
        method,
        template: read.template,
        tags: named.tagsOf(operation),
        own: named.ownOf(operation),
        security,
        bodyDeclared,
        headerNames,
        source: operation.locate(),
      },
    ]
  })
}

/** The `operations` of an API: rules for operations of a document, by id, by method and template, or by tag. */
class NamedRules {
  readonly #byTag = new Map<string, Level>()
  readonly #byName = new Map<string, Level>()
  readonly #report: Report

  constructor({ at, block }: Api, operations: readonly DocumentOperation[], report: Report) {
    this.#report = report
    const written = Object.entries(block.operations ?? {})
    if (written.length === 0) return
    const names = new Set(
      operations.flatMap(({ id, method, template }) =>
        (id === null ? [] : [id]).concat(`${method} ${template}`),
      ),
    )
    const tags = new Set(operations.flatMap((operation) => operation.tags.map((tag) => `tag:${tag}`)))
    for (const [key, rules] of written) {
      const level = { path: [...at, 'operations', key], block: rules }
      if (tags.has(key)) this.#byTag.set(key.slice(4), level)
      else if (names.has(key)) this.#byName.set(key, level)
      else {
        const known = key.startsWith('tag:') ? tags : names
        report.refuseKey(
          level.path,
          `the document has no operation or tag \`${key}\``,
          suggest(key, [...known], 'operation in the document'),
        )
      }
    }
  }

  ownOf({ id, method, template }: DocumentOperation): Level | null {
    if (this.#byName.size === 0) return null
    const byId = id === null ? undefined : this.#byName.get(id)
    const byPath = this.#byName.get(`${method} ${template}`)
    if (byId !== undefined && byPath !== undefined && byId !== byPath) {
      this.#report.refuseKey(
        byPath.path,
        `\`${method} ${template}\` and \`${id}\` are the same operation`,
        'Keep one of the two.',
        this.#report.tree.keyOf(byId.path),
      )
    }
    return byId ?? byPath ?? null
  }

  tagsOf({ tags }: DocumentOperation): readonly Level[] {
    if (this.#byTag.size === 0) return []
    return [...this.#byTag].filter(([tag]) => tags.includes(tag)).map(([, level]) => level)
  }
}
