import { relative } from 'node:path'
import { styleText } from 'node:util'
import type { Finding, Problem } from './problem.ts'
import type { Opening, Source } from './spec.ts'

/** How problems, findings and openings are written for people. */
export interface RenderOptions {
  readonly color: boolean
  /** Folder that files are named from. Default: the current one. */
  readonly cwd?: string
}

type Format = Parameters<typeof styleText>[0]

/** Problems, each as `file:line:column: message` and, beneath, what to write instead. Ends in a line feed. */
export function renderProblems(problems: readonly Problem[], options: RenderOptions): string {
  return problems.map((problem) => block(problem, problem.other, 'red', options)).join('')
}

/** Findings in the form of problems. */
export function renderFindings(findings: readonly Finding[], options: RenderOptions): string {
  return findings.map((finding) => block(finding, undefined, 'yellow', options)).join('')
}

/** What is open, one line each. */
export function renderOpens(opens: readonly Opening[], options: RenderOptions): string {
  return opens
    .map(
      ({ source, what }) =>
        `${paint('bold', sourceText(source, options.cwd), options)}: ${printable(what)}\n`,
    )
    .join('')
}

/** `file:line:column`, relative to a folder where the file is below it; without numbers for sources without lines. */
export function sourceText({ file, line, column }: Source, cwd: string = process.cwd()): string {
  const near = relative(cwd, file)
  const name = printable(near === '' || near.startsWith('..') ? file : near)
  return line === 0 ? name : `${name}:${line}:${column}`
}

function block(one: Finding, other: Source | undefined, color: Format, options: RenderOptions): string {
  const also = other === undefined ? '' : ` (see ${sourceText(other, options.cwd)})`
  const head = `${paint('bold', sourceText(one.source, options.cwd), options)}: ${paint(color, printable(one.message), options)}${also}`
  return `${head}\n  ${printable(one.remedy)}\n`
}

function paint(format: Format, text: string, { color }: RenderOptions): string {
  return color ? styleText(format, text, { validateStream: false }) : text
}

/** Text of a configuration is no command to a terminal: control characters are written out. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
