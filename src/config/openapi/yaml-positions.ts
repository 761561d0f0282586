import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, type Node, visit } from 'yaml'
import {
  type DuplicateKey,
  NO_CHILDREN,
  POSITION_DEPTH,
  type PositionNode,
  type PositionTree,
} from './position-tree.ts'

/** Finds where the upper levels of a YAML document stand, and keys that stand there twice. */
export function yamlPositions(document: Document.Parsed): PositionTree {
  const duplicates: DuplicateKey[] = []
  const targets = aliasTargets(document)

  const readChildren = (node: unknown, depth: number): ReadonlyMap<string, PositionNode> => {
    const value = isAlias(node) ? targets.get(node) : node
    if (depth >= POSITION_DEPTH || (!isMap(value) && !isSeq(value))) return NO_CHILDREN
    const children = new Map<string, PositionNode>()
    if (isSeq(value)) {
      for (const [index, item] of value.items.entries()) {
        const offset = (item as Node | null)?.range?.[0] ?? value.range?.[0] ?? 0
        children.set(String(index), { offset, children: readChildren(item, depth + 1) })
      }
      return children
    }
    for (const pair of value.items) {
      if (!isScalar(pair.key)) continue
      const key = String(pair.key.value)
      const offset = pair.key.range?.[0] ?? 0
      if (children.has(key) && key !== '<<') duplicates.push({ key, offset })
      children.set(key, { offset, children: readChildren(pair.value, depth + 1) })
    }
    return children
  }

  const root = document.contents
  return { root: { offset: root?.range?.[0] ?? 0, children: readChildren(root, 0) }, duplicates }
}

/** What each alias stands for: the last anchor of its name before it. One pass; `Alias.resolve` makes one for each. */
function aliasTargets(document: Document.Parsed): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>()
  const targets = new Map<Alias, Node>()
  visit(document, {
    Node: (_key, node) => {
      if (isAlias(node)) {
        const target = anchors.get(node.source)
        if (target !== undefined) targets.set(node, target)
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node)
    },
  })
  return targets
}
