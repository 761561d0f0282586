import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
} from 'yaml'
import type { Problem } from '../problem.ts'
import { type References, UnresolvedReference } from './references.ts'
import { type Container, type Path, type Places, pathText, type SourceFile, sourceOf } from './tree.ts'

/** Deepest nesting of a configuration. */
const deepest = 64
/** Nodes that aliases may stand for together: a bomb of nine lines would stand for thousands of millions. */
const mostAliased = 100_000
/** Tags of the YAML 1.2 core schema, which may be written out. */
const coreTags = new Set(
  ['map', 'seq', 'str', 'null', 'bool', 'int', 'float'].map((name) => `tag:yaml.org,2002:${name}`),
)

/** What one file says. */
export interface Parsed {
  readonly file: SourceFile
  readonly root: Container | null
}

/**
 * Reads YAML 1.2 (core schema) or JSON, which is a subset of it, into plain values and the place of each. One
 * reading only: no custom tags, no duplicate keys, no bombs of aliases, no second document.
 */
export function parseYaml(
  path: string,
  text: string,
  folder: string,
  references: References,
  places: Places,
  problems: Problem[],
): Parsed {
  const lines = new LineCounter()
  const file: SourceFile = {
    path,
    position(offset) {
      const { line, col } = lines.linePos(offset)
      return { line: Math.max(1, line), column: Math.max(1, col) }
    },
  }
  const refuse = (offset: number, at: Path, message: string, remedy: string, other?: number): void => {
    problems.push({
      source: sourceOf(file, offset),
      path: pathText(at),
      message,
      remedy,
      ...(other === undefined ? {} : { other: sourceOf(file, other) }),
    })
  }

  let document: Document
  try {
    // Unique keys are checked below, in linear time and with both lines.
    document = parseDocument(text, {
      lineCounter: lines,
      uniqueKeys: false,
      schema: 'core',
      prettyErrors: false,
    })
  } catch {
    refuse(0, [], 'the file is nested too deeply to be read', `Nest at most ${deepest} levels.`)
    return { file, root: null }
  }
  for (const error of [...document.errors, ...document.warnings]) {
    refuse(error.pos[0], [], `not valid YAML: ${firstLine(error.message)}`, remedyOf(error.code))
  }
  if (document.errors.length + document.warnings.length > 0) return { file, root: null }
  if (document.directives?.yaml.explicit === true && document.directives.yaml.version !== '1.2') {
    refuse(0, [], 'only YAML 1.2 is read', 'Remove the `%YAML` line.')
    return { file, root: null }
  }

  let aliased = 0

  function scalar(node: Scalar, at: Path): { value: unknown; referenced: boolean } {
    if (typeof node.value !== 'string' || !node.value.includes('$'))
      return { value: node.value, referenced: false }
    try {
      const { text: value, referenced } = references.resolve(node.value, folder)
      return { value, referenced }
    } catch (error) {
      if (!(error instanceof UnresolvedReference)) throw error
      refuse(offsetOf(node), at, error.message, error.remedy)
      return { value: node.value, referenced: true }
    }
  }

  function read(node: Node | null, at: Path, inAlias: boolean): { value: unknown; referenced: boolean } {
    if (node === null) return { value: null, referenced: false }
    if (inAlias && ++aliased > mostAliased) return { value: null, referenced: false }
    if (isAlias(node)) {
      const target = node.resolve(document)
      if (target === undefined || at.length > deepest) {
        refuse(
          offsetOf(node),
          at,
          'the alias has no anchor before it',
          'Remove it, or write what it stands for.',
        )
        return { value: null, referenced: false }
      }
      return read(target, at, true)
    }
    if (node.tag !== undefined && !coreTags.has(node.tag)) {
      refuse(offsetOf(node), at, `the tag ${node.tag} is not known`, 'Remove it: plain YAML is enough.')
    }
    if (isScalar(node)) return scalar(node, at)
    if (at.length >= deepest) {
      refuse(offsetOf(node), at, 'nested too deeply', `Nest at most ${deepest} levels.`)
      return { value: null, referenced: false }
    }
    const found = new Map()
    if (isSeq(node)) {
      const list: unknown[] = []
      for (const item of node.items as (Node | null)[]) {
        const { value, referenced } = read(item, [...at, list.length], inAlias)
        const offset = item === null ? offsetOf(node) : offsetOf(item)
        found.set(list.length, { file, key: offset, value: offset, referenced })
        list.push(value)
      }
      places.set(list, found)
      return { value: list, referenced: false }
    }
    const map: Record<string, unknown> = {}
    if (isMap(node)) {
      for (const pair of node.items) {
        const keyNode = pair.key as Node | null
        const key = keyNode !== null && isScalar(keyNode) ? keyText(keyNode) : null
        const offset = keyNode === null ? offsetOf(node) : offsetOf(keyNode)
        if (key === null) {
          refuse(offset, at, 'a key must be text', 'Write a name before the colon.')
          continue
        }
        if (key === '__proto__') {
          refuse(offset, at, '`__proto__` is no key', 'Remove it.')
          continue
        }
        const before = found.get(key)
        if (before !== undefined) {
          refuse(offset, [...at, key], `\`${key}\` is written twice`, 'Keep one of the two.', before.key)
          continue
        }
        const valueNode = pair.value as Node | null
        const { value, referenced } = read(valueNode, [...at, key], inAlias)
        found.set(key, {
          file,
          key: offset,
          value: valueNode === null ? offset : offsetOf(valueNode),
          referenced,
        })
        map[key] = value
      }
    }
    places.set(map, found)
    return { value: map, referenced: false }
  }

  const { value } = read(document.contents as Node | null, [], false)
  if (aliased > mostAliased) {
    refuse(0, [], 'the aliases stand for more than can be read', 'Write out what they stand for.')
    return { file, root: null }
  }
  return { file, root: typeof value === 'object' ? (value as Container | null) : null }
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0
}

/** A key as it was written: `8080` and `true` are names like any other. */
function keyText(key: Scalar): string | null {
  if (typeof key.value === 'string') return key.value
  return key.value === null ? null : (key.source ?? String(key.value))
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0]!
}

function remedyOf(code: string): string {
  if (code === 'MULTIPLE_DOCS') return 'Keep one document a file; several files may be given.'
  if (code === 'TAG_RESOLVE_FAILED') return 'Remove the tag: plain YAML is enough.'
  if (code === 'TAB_AS_INDENT') return 'Indent with spaces.'
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is what users write
  return 'Check indentation, colons and quotes. In `{ … }`, put references like "${env:NAME}" in quotes.'
}
