import { LineCounter, parseDocument } from 'yaml'
import type { Source } from '../spec.ts'
import { DocumentError } from './document-error.ts'
import { jsonPositions } from './json-positions.ts'
import { nearestOffset, type PositionTree } from './position-tree.ts'
import { yamlPositions } from './yaml-positions.ts'

/** One parsed file of a document. */
export interface SourceFile {
  /** Absolute path. */
  readonly file: string
  readonly value: unknown
  /** Keys that stand twice where the gateway reads. */
  duplicates(): readonly { readonly key: string; readonly source: Source }[]
  /** Where the nearest written ancestor of this path of keys stands. */
  locate(path: readonly (string | number)[]): Source
}

/** Uses of anchors in one file. Expansion is shared, not copied; this bounds what walking it can cost. */
const MAX_ALIASES = 10_000

/** UTF-16 units of a YAML file: parsing takes some 50 bytes of memory a byte, where JSON takes 5. */
const MAX_YAML_LENGTH = 32 * 1024 * 1024

/** Parses JSON fast where it is JSON, else YAML. Throws `DocumentError`. */
export function parseSourceFile(file: string, text: string): SourceFile {
  if (/^\s*[{[]/.test(text.slice(0, 1000))) {
    try {
      return located(file, text, JSON.parse(text), () => jsonPositions(text))
    } catch (error) {
      // Not JSON: `{` may begin a YAML flow mapping, and the YAML parser says where a broken one breaks.
      if (!(error instanceof SyntaxError)) throw error
    }
  }
  return parseYaml(file, text)
}

function parseYaml(file: string, text: string): SourceFile {
  const fail = (offset: number, message: string, remedy: string): never => {
    const { line, col } = lines.linePos(offset)
    throw new DocumentError([
      { source: { file, line: Math.max(line, 1), column: Math.max(col, 1) }, message, remedy },
    ])
  }
  const lines = new LineCounter()
  if (text.length > MAX_YAML_LENGTH) {
    return fail(0, 'A YAML file may have 32 MB.', 'Convert it to JSON, which may have 64 MB.')
  }
  try {
    // Duplicate keys are looked for where we read; the parser's own check is quadratic.
    const document = parseDocument(text, {
      lineCounter: lines,
      uniqueKeys: false,
      merge: true,
      prettyErrors: false,
      logLevel: 'silent',
    })
    const error = document.errors[0]
    if (error !== undefined) {
      return fail(
        error.pos[0],
        `This is neither JSON nor YAML: ${error.message.split('\n')[0]}.`,
        'Correct the syntax.',
      )
    }
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES })
    return located(file, text, value, () => yamlPositions(document))
  } catch (error) {
    if (error instanceof DocumentError) throw error
    // Nesting overflows the parser's stack; too many aliases are refused by it.
    if (error instanceof RangeError) return fail(0, 'This file is nested too deeply.', 'Flatten it.')
    if (error instanceof ReferenceError) {
      return fail(0, 'This file uses YAML aliases without end.', 'Write them out.')
    }
    // What else the parser throws concerns the text, such as a merge key with something that is no mapping.
    const reason = error instanceof Error ? error.message : String(error)
    return fail(0, `This YAML has no meaning: ${reason}.`, 'Correct it.')
  }
}

function located(file: string, text: string, value: unknown, build: () => PositionTree): SourceFile {
  let tree: PositionTree | undefined
  let starts: number[] | undefined
  const positions = (): PositionTree => (tree ??= build())
  const at = (offset: number): Source => {
    starts ??= lineStarts(text)
    const line = lineOf(starts, offset)
    return { file, line: line + 1, column: offset - starts[line]! + 1 }
  }
  return {
    file,
    value,
    duplicates: () => positions().duplicates.map(({ key, offset }) => ({ key, source: at(offset) })),
    locate: (path) => at(nearestOffset(positions().root, path)),
  }
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** Index of the last line that starts at or before `offset`. */
function lineOf(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (starts[middle]! <= offset) low = middle
    else high = middle - 1
  }
  return low
}
