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
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import type { Problem } from '../problem.ts'
import type { References } from './references.ts'
import {
  type Container,
  type Path,
  type Place,
  type Places,
  pathText,
  type SourceFile,
  sourceOf,
} from './tree.ts'
import { plain, resolved, type Value } from './value.ts'

/** Deepest nesting of a configuration. */
const deepest = 64
/** Nodes that aliases may stand for together: a bomb of nine lines would stand for thousands of millions. */
const mostAliased = 100_000
/** Tags of the YAML 1.2 core schema, which may be written out. */
const coreTags: ReadonlySet<string> = new Set(
  ['map', 'seq', 'str', 'null', 'bool', 'int', 'float'].map((name) => `tag:yaml.org,2002:${name}`),
)

/** What one file says. */
export interface Parsed {
  readonly file: SourceFile
  readonly root: Container | null
}

/** What a file is read with and into. */
export interface Reading {
  /** Absolute. */
  readonly path: string
  /** Folder that relative paths of references start at. */
  readonly folder: string
  readonly references: References
  readonly places: Places
  readonly problems: Problem[]
}

/**
 * Reads YAML 1.2 (core schema) or JSON, which is a subset of it, into plain values and the place of each. One
 * reading only: no custom tags, no duplicate keys, no bombs of aliases, no second document.
 */
export function parseYaml(text: string, reading: Reading): Parsed {
  const lines = new LineCounter()
  const file: SourceFile = {
    path: reading.path,
    position(offset) {
      const { line, col } = lines.linePos(offset)
      return { line: Math.max(1, line), column: Math.max(1, col) }
    },
  }
  return { file, root: new YamlReader(file, reading).read(text, lines) }
}

class YamlReader {
  readonly #file: SourceFile
  readonly #reading: Reading
  #document!: Document
  #aliased = 0

  constructor(file: SourceFile, reading: Reading) {
    this.#file = file
    this.#reading = reading
  }

  /** The map or list that the text holds; null when there is none, or it was refused. */
  read(text: string, lineCounter: LineCounter): Container | null {
    try {
      // Unique keys are checked below, in linear time and with both lines.
      this.#document = parseDocument(text, {
        lineCounter,
        uniqueKeys: false,
        schema: 'core',
        prettyErrors: false,
      })
    } catch {
      return this.#refuseDepth()
    }
    const { errors, warnings, directives, contents } = this.#document
    for (const { pos, message, code } of [...errors, ...warnings]) {
      if ((code as string) === 'RESOURCE_EXHAUSTION') return this.#refuseDepth()
      this.#refuse(pos[0], [], `not valid YAML: ${message.split('\n', 1)[0]}`, remedyOf(code))
    }
    if (errors.length + warnings.length > 0) return null
    if (directives?.yaml.explicit === true && directives.yaml.version !== '1.2') {
      this.#refuse(0, [], 'only YAML 1.2 is read', 'Remove the `%YAML` line.')
      return null
    }
    const { value } = this.#node(contents, [], false)
    if (this.#aliased > mostAliased) {
      this.#refuse(0, [], 'the aliases stand for more than can be read', 'Write out what they stand for.')
      return null
    }
    return typeof value === 'object' ? (value as Container | null) : null
  }

  #refuseDepth(): null {
    this.#refuse(0, [], 'the file is nested too deeply to be read', `Nest at most ${deepest} levels.`)
    return null
  }

  #node(node: Node | null, at: Path, inAlias: boolean): Value {
    if (node === null) return plain(null)
    if (inAlias && ++this.#aliased > mostAliased) return plain(null)
    if (at.length > deepest) {
      this.#refuse(offsetOf(node), at, 'nested too deeply', `Nest at most ${deepest} levels.`)
      return plain(null)
    }
    if (isAlias(node)) {
      const target = node.resolve(this.#document)
      if (target !== undefined) return this.#node(target, at, true)
      this.#refuse(
        offsetOf(node),
        at,
        'the alias has no anchor before it',
        'Remove it, or write what it stands for.',
      )
      return plain(null)
    }
    if (node.tag !== undefined && !coreTags.has(node.tag)) {
      this.#refuse(offsetOf(node), at, `the tag ${node.tag} is not known`, 'Remove it: plain YAML is enough.')
    }
    if (isSeq(node)) return plain(this.#list(node, at, inAlias))
    if (isMap(node)) return plain(this.#map(node, at, inAlias))
    return isScalar(node) ? this.#scalar(node, at) : plain(null)
  }

  #scalar(node: Scalar, at: Path): Value {
    if (typeof node.value !== 'string') return plain(node.value)
    const { folder, references } = this.#reading
    return resolved(node.value, folder, references, (message, remedy) =>
      this.#refuse(offsetOf(node), at, message, remedy),
    )
  }

  #list(node: YAMLSeq, at: Path, inAlias: boolean): unknown[] {
    const list: unknown[] = []
    const found = new Map<string | number, Place>()
    for (const item of node.items as (Node | null)[]) {
      const { value, referenced, broken } = this.#node(item, [...at, list.length], inAlias)
      const offset = offsetOf(item ?? node)
      found.set(list.length, { file: this.#file, key: offset, value: offset, referenced, broken })
      list.push(value)
    }
    this.#reading.places.set(list, found)
    return list
  }

  #map(node: YAMLMap, at: Path, inAlias: boolean): Record<string, unknown> {
    const map: Record<string, unknown> = {}
    const found = new Map<string | number, Place>()
    for (const pair of node.items) {
      const keyNode = pair.key as Node | null
      const offset = offsetOf(keyNode ?? node)
      const key = keyNode !== null && isScalar(keyNode) ? keyText(keyNode) : null
      if (key === null || key === '__proto__') {
        const message = key === null ? 'a key must be text' : '`__proto__` is no key'
        this.#refuse(offset, at, message, 'Write a name before the colon.')
        continue
      }
      const before = found.get(key)
      if (before !== undefined) {
        this.#refuse(offset, [...at, key], `\`${key}\` is written twice`, 'Keep one of the two.', before.key)
        continue
      }
      const valueNode = pair.value as Node | null
      const { value, referenced, broken } = this.#node(valueNode, [...at, key], inAlias)
      const valueOffset = valueNode === null ? offset : offsetOf(valueNode)
      found.set(key, { file: this.#file, key: offset, value: valueOffset, referenced, broken })
      map[key] = value
    }
    this.#reading.places.set(map, found)
    return map
  }

  #refuse(offset: number, at: Path, message: string, remedy: string, other?: number): void {
    this.#reading.problems.push({
      source: sourceOf(this.#file, offset),
      path: pathText(at),
      message,
      remedy,
      ...(other === undefined ? {} : { other: sourceOf(this.#file, other) }),
    })
  }
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0
}

/** A key as it was written: `8080` and `true` are names like any other. */
function keyText(key: Scalar): string | null {
  if (typeof key.value === 'string') return key.value
  return key.value === null ? null : (key.source ?? String(key.value))
}

function remedyOf(code: string): string {
  if (code === 'MULTIPLE_DOCS') return 'Keep one document a file; several files may be given.'
  if (code === 'TAG_RESOLVE_FAILED') return 'Remove the tag: plain YAML is enough.'
  if (code === 'TAB_AS_INDENT') return 'Indent with spaces.'
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is what users write
  return 'Check indentation, colons and quotes. In `{ … }`, put references like "${env:NAME}" in quotes.'
}
