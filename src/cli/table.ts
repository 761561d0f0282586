import { printable } from '../observe/printable.ts'

/** Columns by two spaces: readable, and cut by `awk -F '  +'`. Texts of others cannot move the cursor. */
export function table(rows: readonly (readonly string[])[]): string {
  const shown = rows.map((row) => row.map(printable))
  const widths = (shown[0] ?? []).map((_, column) =>
    Math.min(60, Math.max(...shown.map((row) => row[column]!.length))),
  )
  return shown
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}
