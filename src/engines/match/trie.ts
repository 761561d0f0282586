import type { Captures } from './captures.ts'
import { Endpoint, type Match } from './endpoint.ts'
import { LiteralTable } from './literal-table.ts'
import { comparePatterns, matchPattern } from './pattern.ts'
import type { SegmentedPath } from './segmented-path.ts'
import { isLiteral, isParameter, type Segment, type Template } from './template.ts'

interface Branch {
  readonly segment: Segment
  readonly node: Node
}

/** One place in the tree of segments. */
class Node {
  readonly literalNodes: Map<string, Node> = new Map()
  literals: LiteralTable<Node> | null = null
  /** Segments with text and parameters, most text first. */
  patterns: Branch[] = []
  parameter: Node | null = null
  /** The operations of the path that ends here. */
  endpoint: Endpoint | null = null
  /** The operations of this path and everything below. */
  wildcard: Endpoint | null = null
}

/**
 * The templates of one set of hosts, as a tree of segments. A path is tried segment by segment: literal text first,
 * then text with parameters, then a parameter alone; a dead end steps back. As a node stands at one depth, no search
 * visits one twice, whatever the path.
 */
export class Trie {
  readonly #root: Node = new Node()
  #hasWildcards = false

  /** Adds an operation. False when the template and method are taken. */
  add(template: Template, method: string, operation: number): boolean {
    let node = this.#root
    let parameters = 0
    for (const segment of template.segments) {
      node = child(node, segment)
      parameters += segment.length - 1
    }
    if (template.wildcard) {
      this.#hasWildcards = true
      node.wildcard ??= new Endpoint(parameters)
      return node.wildcard.add(method, operation)
    }
    node.endpoint ??= new Endpoint(parameters)
    return node.endpoint.add(method, operation)
  }

  /** Prepares the look-up, after the last `add`. */
  seal(): void {
    seal(this.#root)
  }

  /** The most specific template that has the whole path, wildcards apart. */
  find(path: SegmentedPath, captures: Captures): Endpoint | null {
    captures.count = 0
    return find(this.#root, 0, path, captures)
  }

  /**
   * The most specific wildcard that has the path and declares the method. Those that have the path but not the method
   * are added to `refusing`.
   */
  findWildcard(path: SegmentedPath, method: string, captures: Captures, refusing: Endpoint[]): Match | null {
    captures.count = 0
    return this.#hasWildcards ? findWildcard(this.#root, 0, path, method, captures, refusing) : null
  }
}

function child(node: Node, segment: Segment): Node {
  if (isLiteral(segment)) {
    const text = segment[0]!
    let next = node.literalNodes.get(text)
    if (next === undefined) node.literalNodes.set(text, (next = new Node()))
    return next
  }
  if (isParameter(segment)) return (node.parameter ??= new Node())
  const key = segment.join('{}')
  const known = node.patterns.find((branch) => branch.segment.join('{}') === key)
  if (known !== undefined) return known.node
  const branch = { segment, node: new Node() }
  node.patterns.push(branch)
  return branch.node
}

function seal(node: Node): void {
  if (node.literalNodes.size > 0) node.literals = new LiteralTable(node.literalNodes)
  node.patterns.sort((a, b) => comparePatterns(a.segment, b.segment))
  for (const next of node.literalNodes.values()) seal(next)
  for (const branch of node.patterns) seal(branch.node)
  if (node.parameter !== null) seal(node.parameter)
}

function find(node: Node, depth: number, path: SegmentedPath, captures: Captures): Endpoint | null {
  if (depth === path.count) return node.endpoint
  if (node.literals !== null) {
    const next = node.literals.get(path, depth)
    const found = next === null ? null : find(next, depth + 1, path, captures)
    if (found !== null) return found
  }
  const start = path.starts[depth]!
  const end = path.ends[depth]!
  const mark = captures.count
  for (let i = 0; i < node.patterns.length; i++) {
    const branch = node.patterns[i]!
    if (matchPattern(branch.segment, path.text, start, end, captures)) {
      const found = find(branch.node, depth + 1, path, captures)
      if (found !== null) return found
    }
    captures.count = mark
  }
  if (node.parameter === null || start === end) return null
  captures.push(start, end)
  const found = find(node.parameter, depth + 1, path, captures)
  if (found === null) captures.count = mark
  return found
}

function findWildcard(
  node: Node,
  depth: number,
  path: SegmentedPath,
  method: string,
  captures: Captures,
  refusing: Endpoint[],
): Match | null {
  if (depth < path.count) {
    const mark = captures.count
    const start = path.starts[depth]!
    const end = path.ends[depth]!
    const next = node.literals?.get(path, depth) ?? null
    const found = next === null ? null : findWildcard(next, depth + 1, path, method, captures, refusing)
    if (found !== null) return found
    for (const branch of node.patterns) {
      if (matchPattern(branch.segment, path.text, start, end, captures)) {
        const below = findWildcard(branch.node, depth + 1, path, method, captures, refusing)
        if (below !== null) return below
      }
      captures.count = mark
    }
    if (node.parameter !== null && start !== end) {
      captures.push(start, end)
      const below = findWildcard(node.parameter, depth + 1, path, method, captures, refusing)
      if (below !== null) return below
      captures.count = mark
    }
  }
  if (node.wildcard === null) return null
  const match = node.wildcard.find(method)
  if (match === null) refusing.push(node.wildcard)
  return match
}
