/** Where a key or item is written, and what stands below it. Offsets count UTF-16 units from the file's start. */
export interface PositionNode {
  readonly offset: number
  readonly children: ReadonlyMap<string, PositionNode>
}

/** A key that stands twice in one object: two readers may take different ones. */
export interface DuplicateKey {
  readonly key: string
  readonly offset: number
}

export interface PositionTree {
  readonly root: PositionNode
  readonly duplicates: readonly DuplicateKey[]
}

/**
 * How deep positions are known: `paths` → template → method → `security` → item. What lies deeper (schemas,
 * examples) is by far the most of a document, and no message points into it.
 */
export const POSITION_DEPTH = 5

export const NO_CHILDREN: ReadonlyMap<string, PositionNode> = new Map()

/** The position of the nearest written ancestor of `path`. */
export function nearestOffset(root: PositionNode, path: readonly (string | number)[]): number {
  let node = root
  for (const key of path) {
    const child = node.children.get(String(key))
    if (child === undefined) break
    node = child
  }
  return node.offset
}
