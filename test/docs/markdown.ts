import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Root of the repository. */
export const root: string = join(import.meta.dirname, '..', '..')

/** A fenced block of code. */
export interface Block {
  /** Page, from the root, and the line of the opening fence. */
  readonly at: string
  /** What follows the fence: `yaml`, `yaml fragment`. */
  readonly tag: string
  readonly text: string
}

const patterns: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'docs/**/*.md',
  'src/policies/*/*.md',
]

/** The pages that people read, by their path from the root. */
export const pages: ReadonlyMap<string, string> = new Map(
  patterns
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .sort()
    .map((path) => [path, readFileSync(join(root, path), 'utf8')]),
)

/** All fenced blocks of a page. */
export function blocksOf(path: string, page: string): readonly Block[] {
  const blocks: Block[] = []
  let open: { tag: string; line: number; lines: string[] } | null = null
  for (const [index, line] of page.split('\n').entries()) {
    const fence = /^ *```(.*)$/.exec(line)
    if (fence === null) open?.lines.push(line)
    else if (open === null) open = { tag: fence[1]!.trim(), line: index + 1, lines: [] }
    else {
      blocks.push({ at: `${path}:${open.line}`, tag: open.tag, text: open.lines.join('\n') })
      open = null
    }
  }
  if (open !== null) throw new Error(`${path}:${open.line}: the block is not closed`)
  return blocks
}

/** A page without its fenced blocks. */
export function proseOf(page: string): string {
  return page.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '')
}

/** Targets of the links in a page, images too. */
export function linksOf(page: string): readonly string[] {
  const prose = proseOf(page).replaceAll(/`[^`\n]*`/g, 'code')
  return [...prose.matchAll(/\]\(([^()\s]+)\)/g)].map((match) => match[1]!)
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(page: string): ReadonlySet<string> {
  const headings = [...proseOf(page).matchAll(/^#{1,6} (.+)$/gm)].map((match) => match[1]!)
  return new Set(
    headings.map((text) =>
      text
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  )
}

/** Words in backticks, outside of blocks. */
export function codeWordsOf(page: string): readonly string[] {
  return [...proseOf(page).matchAll(/`([^`\n]+)`/g)].map((match) => match[1]!)
}
