import { type Asked, misfit, type Statement } from './statement.ts'

/** Segments of `stage/METHOD/path` that are looked up. */
const deepest = 4

/**
 * Statements of one effect, found by the literal segments that their resources begin with: a request meets only those
 * of its own stage, method and first path segments, and those that begin with a wildcard.
 */
export class StatementIndex {
  readonly #byPrefix: ReadonlyMap<string, readonly Statement[]>

  constructor(statements: readonly Statement[]) {
    const byPrefix = new Map<string, Statement[]>()
    for (const statement of statements) {
      for (const prefix of new Set(prefixesOf(statement))) {
        const list = byPrefix.get(prefix)
        if (list === undefined) byPrefix.set(prefix, [statement])
        else list.push(statement)
      }
    }
    this.#byPrefix = byPrefix
  }

  /** A statement that applies; null for none. */
  find(asked: Asked): Statement | null {
    if (this.#byPrefix.size === 0) return null
    const { tail } = asked.resource
    let end = 0
    for (let depth = 0; depth <= deepest && end >= 0; depth++) {
      for (const statement of this.#byPrefix.get(tail.slice(0, end)) ?? none)
        if (misfit(statement, asked) === null) return statement
      end = tail.indexOf('/', end === 0 ? 0 : end + 1)
    }
    return null
  }
}

const none: readonly Statement[] = []

/** The whole segments, at most `deepest`, that each resource of a statement begins with. */
function prefixesOf({ notResource, resources }: Statement): readonly string[] {
  if (notResource) return ['']
  return resources.map(({ names, resource }) => {
    if (resource === null) return ''
    const literal = resource.literalPrefix
    // Of an ARN the API comes first, and is only known apart where it is literal.
    const from = names === null ? 0 : literal.indexOf('/') + 1
    const segments = literal.slice(from).split('/').slice(0, -1).slice(0, deepest)
    return segments.join('/')
  })
}
