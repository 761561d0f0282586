/** A part of a policy document, with the place that messages name. */
export type PolicyNode = ObjectNode | ArrayNode | ScalarNode

interface Placed {
  /** Names and indices from the root of the document. */
  readonly path: readonly (string | number)[]
  /** Line in its file, from 1; 0 where the document is no text of its own. */
  readonly line: number
}
/** An object: its members in the order they stand. */
export interface ObjectNode extends Placed {
  readonly kind: 'object'
  readonly members: ReadonlyMap<string, PolicyNode>
}
/** A list. */
export interface ArrayNode extends Placed {
  readonly kind: 'array'
  readonly items: readonly PolicyNode[]
}
/** Text, number, yes or no, or null. */
export interface ScalarNode extends Placed {
  readonly kind: 'scalar'
  readonly value: string | number | boolean | null
}

/** Objects and lists inside each other. Policies need six. */
export const maxDepth = 16

/** What is wrong with a document, in words for the person who wrote it. */
export interface PolicyFault {
  readonly path: readonly (string | number)[]
  readonly line: number
  readonly message: string
  readonly remedy: string
}

/** What is wrong with one document, gathered while it is read. */
export class Faults {
  readonly list: PolicyFault[] = []

  add({ path, line }: Pick<PolicyNode, 'path' | 'line'>, message: string, remedy: string): void {
    this.list.push({ path, line, message, remedy })
  }
}

/** A document that stands in the configuration, and was parsed there. Null for what no JSON text could say. */
export function nodeOf(value: unknown, path: readonly (string | number)[] = []): PolicyNode | null {
  if (path.length > maxDepth) return null
  if (value === null || typeof value === 'string' || typeof value === 'boolean')
    return { kind: 'scalar', path, line: 0, value }
  if (typeof value === 'number')
    return Number.isFinite(value) ? { kind: 'scalar', path, line: 0, value } : null
  if (Array.isArray(value)) {
    const items = value.map((item, index) => nodeOf(item, [...path, index]))
    return items.every((item) => item !== null) ? { kind: 'array', path, line: 0, items } : null
  }
  if (typeof value !== 'object') return null
  const members = new Map<string, PolicyNode>()
  for (const [name, item] of Object.entries(value)) {
    const member = nodeOf(item, [...path, name])
    if (member === null) return null
    members.set(name, member)
  }
  return { kind: 'object', path, line: 0, members }
}
