import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { renderProblems } from '../config/render.ts'
import { policies } from '../policies/registry.ts'
import type { ConfigurationSource } from '../process/configuration.ts'
import { junitXml } from '../process/judging/cases/junit.ts'
import { readCases } from '../process/judging/cases/read-cases.ts'
import { renderCases, reportedCases } from '../process/judging/cases/render-cases.ts'
import { runCases } from '../process/judging/cases/run-cases.ts'
import { judging } from '../process/judging/judging.ts'
import { jsonText, type Output, wantsColor } from './output.ts'

/** What `authorize test` is asked. */
export interface AuthorizeTestArguments {
  readonly file: string
  readonly format: 'text' | 'json'
  /** File for the report as JUnit XML. */
  readonly junit?: string
  readonly source: ConfigurationSource
}

/** Judges a table of cases. Exit 0: all as expected; 1: some not; 2: it cannot be used. */
export async function runAuthorizeTest(
  { file, format, junit, source }: AuthorizeTestArguments,
  { stdout, stderr }: Output,
): Promise<number> {
  return judging(source, policies, async ({ plan, spec }) => {
    const read = await readCases(file, source.cwd, spec.identities)
    if (!read.ok) {
      stderr(renderProblems(read.problems, { color: wantsColor(process.stderr), cwd: source.cwd }))
      return 2
    }
    const cases = reportedCases(await runCases(plan, read.cases), source.cwd)
    if (junit !== undefined) writeFileSync(resolve(source.cwd, junit), junitXml(cases, file))
    const failed = cases.filter(({ ok }) => !ok).length
    stdout(
      format === 'json'
        ? jsonText({ ok: failed === 0, total: cases.length, failed, cases })
        : renderCases(cases),
    )
    return failed === 0 ? 0 : 1
  })
}
