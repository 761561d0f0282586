import { printable } from '../../../observe/printable.ts'
import type { AccessMatrix } from './access-matrix.ts'

/** An operation a line; the kinds are numbered, and named above, so that lines stay short. */
export function textMatrix({ kinds, operations }: AccessMatrix): string {
  const rows = operations.map(({ api, method, template, cells }) => [
    `${api} · ${method} ${template}`,
    ...cells,
  ])
  const header = ['', ...kinds.map((_, index) => `[${index + 1}]`)]
  const shown = [header, ...rows].map((row) => row.map(printable))
  const widths = header.map((_, column) => Math.max(...shown.map((row) => row[column]!.length)))
  const lines = shown.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join('  ')
      .trimEnd(),
  )
  return `${[...kinds.map((kind, index) => `[${index + 1}] ${printable(kind)}`), ...lines].join('\n')}\n`
}

/** A table of Markdown (GitHub's). */
export function markdownMatrix({ kinds, operations }: AccessMatrix): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`
  const lines = [
    line(['Operation', ...kinds]),
    `|${' --- |'.repeat(kinds.length + 1)}`,
    ...operations.map(({ api, method, template, cells }) =>
      line([`${api} · ${method} ${template}`, ...cells]),
    ),
  ]
  return `${lines.join('\n')}\n`
}

/** Names come from documents: in them nothing is a link, an image, an element or a further column. */
function escaped(text: string): string {
  return printable(text)
    .replaceAll('\\\\', '\\')
    .replace(/[\\`*_{}[\]()#+!|<>&~]/g, (character) =>
      character === '<' ? '&lt;' : character === '&' ? '&amp;' : `\\${character}`,
    )
}
