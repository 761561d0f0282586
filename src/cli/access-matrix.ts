import { renderProblems } from '../config/render.ts'
import { policies } from '../policies/registry.ts'
import type { ConfigurationSource } from '../process/configuration.ts'
import { judging } from '../process/judging/judging.ts'
import { accessMatrix } from '../process/judging/matrix/access-matrix.ts'
import { callerKinds, mostKinds } from '../process/judging/matrix/caller-kinds.ts'
import { readKinds } from '../process/judging/matrix/read-kinds.ts'
import { markdownMatrix, textMatrix } from '../process/judging/matrix/render-matrix.ts'
import { jsonText, type Output, wantsColor } from './output.ts'

/** What `access matrix` is asked. */
export interface AccessMatrixArguments {
  readonly format: 'text' | 'json' | 'markdown'
  /** A file of kinds, or `derived`. */
  readonly callers: string
  readonly source: ConfigurationSource
}

/** Prints which kinds of callers may call which operations. Exit 2: it cannot be used. */
export async function runAccessMatrix(
  { format, callers, source }: AccessMatrixArguments,
  { stdout, stderr }: Output,
): Promise<number> {
  return judging(source, policies, async ({ plan, spec }) => {
    let kinds = callerKinds(plan)
    if (callers !== 'derived') {
      const read = await readKinds(callers, source.cwd, spec.identities)
      if (!read.ok) {
        stderr(renderProblems(read.problems, { color: wantsColor(process.stderr), cwd: source.cwd }))
        return 2
      }
      kinds = read.kinds
    } else if (kinds.length > mostKinds) {
      stderr(
        `The configuration speaks of ${kinds.length} kinds of callers, more than ${mostKinds}: name those to show in a file, with --callers FILE.\n`,
      )
      return 2
    }
    const matrix = await accessMatrix(plan, kinds)
    stdout(
      format === 'json'
        ? jsonText(matrix)
        : format === 'markdown'
          ? markdownMatrix(matrix)
          : textMatrix(matrix),
    )
    return 0
  })
}
