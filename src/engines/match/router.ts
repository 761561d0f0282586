import { alternateReading } from './alternate-reading.ts'
import { Captures } from './captures.ts'
import type { RoutedOperation } from './conflicts.ts'
import { type Endpoint, type Match, notAllowedByAny, notFound } from './endpoint.ts'
import { SegmentedPath } from './segmented-path.ts'
import { parseTemplate, type Template } from './template.ts'
import { Trie } from './trie.ts'

/**
 * Finds the operation of a request. The order in which templates are asked:
 *
 * 1. Templates of the host, then those for every host. In each, the most specific one that has the path: segment by
 *    segment, literal text before text with parameters before a parameter. Other templates that have it too are not
 *    asked, so a method they declare does not leak into a more specific path.
 * 2. If that template does not declare the method: wildcards of the host, then those for every host, longest first. A
 *    wildcard therefore takes undeclared paths and undeclared methods of declared ones, and nothing else.
 * 3. If none declares the method, the answer names the methods of all that have the path.
 *
 * A path that another service could read as another operation's (`/orders%3Acancel`, `/admin;x`) has no operation.
 * HEAD and OPTIONS are methods like any other.
 */
export class Router {
  readonly #hosts: ReadonlyMap<string, Trie>
  readonly #everyHost: Trie
  readonly #path: SegmentedPath
  readonly #captures: Captures
  readonly #refusing: Endpoint[] = []

  constructor(hosts: ReadonlyMap<string, Trie>, everyHost: Trie, segments: number, parameters: number) {
    this.#hosts = hosts
    this.#everyHost = everyHost
    this.#path = new SegmentedPath(segments)
    this.#captures = new Captures(parameters)
  }

  /** `host` in lower case without a port, `path` in normal form, `method` in upper case. */
  match(host: string, path: string, method: string): Match {
    const match = this.#resolve(host, path, method)
    if (!this.#path.ambiguous) return match
    const other = alternateReading(path)
    if (other === null) return match
    const second = this.#resolve(host, other, method)
    return match.operation === second.operation && match.allow === second.allow ? match : notFound
  }

  #resolve(host: string, path: string, method: string): Match {
    this.#path.read(path)
    const own = this.#hosts.size === 0 ? undefined : this.#hosts.get(host)
    this.#refusing.length = 0
    return (
      (own === undefined ? null : this.#declared(own, method)) ??
      this.#declared(this.#everyHost, method) ??
      (own === undefined ? null : this.#wildcard(own, method)) ??
      this.#wildcard(this.#everyHost, method) ??
      notAllowedByAny(this.#refusing)
    )
  }

  #declared(trie: Trie, method: string): Match | null {
    const endpoint = trie.find(this.#path, this.#captures)
    if (endpoint === null) return null
    const match = endpoint.find(method)
    if (match === null) this.#refusing.push(endpoint)
    return match === null ? null : this.#withParameters(match)
  }

  #wildcard(trie: Trie, method: string): Match | null {
    const match = trie.findWildcard(this.#path, method, this.#captures, this.#refusing)
    return match === null ? null : this.#withParameters(match)
  }

  #withParameters(match: Match): Match {
    if (this.#captures.count === 0) return match
    return { operation: match.operation, parameters: this.#captures.values(this.#path.text), allow: '' }
  }
}

/** Builds the router. Throws for a template that does not parse and for conflicts: see `findConflicts`. */
export function buildRouter(operations: readonly RoutedOperation[]): Router {
  const hosts = new Map<string, Trie>()
  const everyHost = new Trie()
  let segments = 1
  let parameters = 0
  for (const [index, operation] of operations.entries()) {
    const template = readTemplate(operation.template)
    segments = Math.max(segments, template.segments.length)
    parameters = Math.max(
      parameters,
      template.segments.reduce((sum, segment) => sum + segment.length - 1, 0),
    )
    for (const host of operation.hosts.length === 0 ? [''] : new Set(operation.hosts)) {
      let trie = host === '' ? everyHost : hosts.get(host)
      if (trie === undefined) hosts.set(host, (trie = new Trie()))
      if (!trie.add(template, operation.method, index)) {
        throw new Error(`${operation.method} ${operation.template} is declared twice`)
      }
    }
  }
  for (const trie of [everyHost, ...hosts.values()]) trie.seal()
  return new Router(hosts, everyHost, segments, parameters)
}

function readTemplate(text: string): Template {
  const result = parseTemplate(text)
  if (!result.ok) throw new Error(`The path template ${text} ${result.problem}`)
  return result.template
}
