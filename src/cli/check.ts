import { secretCleaner } from '../config/redact.ts'
import { renderFindings, renderOpens, renderProblems, sourceText } from '../config/render.ts'
import { policies } from '../policies/registry.ts'
import { type ConfigurationSource, readConfiguration } from '../process/configuration.ts'
import { LiveLookups } from '../process/halves/live-lookups.ts'
import { authorizationFindings } from '../process/judging/authorization-findings.ts'
import { StartError } from '../process/start-error.ts'
import { jsonText, type Output, wantsColor } from './output.ts'

/** Judges a configuration. 0: nothing to say. 1: findings. 2: it cannot be used. */
export async function runCheck(
  source: ConfigurationSource,
  format: 'text' | 'json',
  { stdout, stderr }: Output,
): Promise<number> {
  const color = wantsColor(process.stdout)
  try {
    const { spec, findings: loaded } = await readConfiguration(source, policies, 1, new LiveLookups())
    const clean = secretCleaner(spec.secrets)
    const findings = [
      ...loaded,
      ...authorizationFindings(spec).map((one) => ({ ...one, message: clean(one.message) })),
    ]
    if (format === 'json') {
      stdout(
        jsonText({
          usable: true,
          operations: spec.operations.length,
          findings,
          opens: spec.opens,
          problems: [],
        }),
      )
    } else {
      const anonymous = spec.operations.filter(
        (operation) => operation.authentication.kind === 'anonymous',
      ).length
      stdout(`Operations: ${spec.operations.length}, open to everybody: ${anonymous}\n`)
      if (spec.opens.length > 0) stdout(`\nopens\n${renderOpens(spec.opens, { color, cwd: source.cwd })}`)
      if (findings.length > 0) stdout(`\nfindings\n${renderFindings(findings, { color, cwd: source.cwd })}`)
    }
    return findings.length > 0 ? 1 : 0
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    const { problems } = error
    if (format === 'json') {
      const listed = problems.map((problem) => ({ at: sourceText(problem.source, source.cwd), ...problem }))
      stdout(
        jsonText({
          usable: false,
          problems: listed,
          message: problems.length === 0 ? error.message : undefined,
        }),
      )
    } else
      stderr(
        problems.length === 0
          ? `${error.message}\n`
          : renderProblems(problems, { color: wantsColor(process.stderr), cwd: source.cwd }),
      )
    return 2
  }
}
