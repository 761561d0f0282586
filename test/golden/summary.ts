import type { Finding } from '../../src/config/problem.ts'
import { renderFindings, renderOpens, sourceText } from '../../src/config/render.ts'
import type { GatewaySpec, OperationSpec, ScopeAlternative, Source } from '../../src/config/spec.ts'

/** A loaded configuration as text that people compare: one line each, with the place it comes from. */
export function summary(
  { spec, findings }: { spec: GatewaySpec; findings: readonly Finding[] },
  cwd: string,
): string {
  const line = (kind: string, name: string, value: object, source?: Source): string =>
    `${kind} ${name} ${JSON.stringify(value)}${source === undefined ? '' : ` @ ${sourceText(source, cwd)}`}\n`
  const operation = (one: OperationSpec): string => {
    const { api, name, source, authentication, ...rest } = one
    const proof =
      authentication.kind === 'anonymous'
        ? `anonymous (${authentication.reason})`
        : JSON.stringify(authentication.anyOf) + scopesText(authentication.scopes)
    const said = Object.fromEntries(Object.entries(rest).filter(([, value]) => !isEmpty(value)))
    const by = sourceText(authentication.source, cwd)
    return `operation ${api} ${name}: ${proof} @ ${by}\n  ${JSON.stringify(said)} @ ${sourceText(source, cwd)}\n`
  }
  const { dataFolder, trustedProxies, limits, log, readinessLeadMs, drainTimeoutMs, watch, secrets, files } =
    spec
  return [
    ...spec.listeners.map(({ name, source, ...rest }) => line('listener', name, rest, source)),
    line('admin', '', spec.admin ?? {}),
    line('gateway', '', {
      dataFolder,
      trustedProxies,
      log,
      readinessLeadMs,
      drainTimeoutMs,
      watch,
      secrets,
      files,
    }),
    line('limits', '', limits),
    ...spec.services.map(({ name, source, ...rest }) => line('service', name, rest, source)),
    ...spec.identities.map(({ name, source, ...rest }) => line('identity', name, rest, source)),
    ...spec.steps.map(({ policy, source, positions: _, ...rest }, index) =>
      line('step', `${index} ${policy}`, rest, source),
    ),
    ...spec.operations.map(operation),
    ...spec.opens.map((one) => `opens ${renderOpens([one], { color: false, cwd })}`),
    ...findings.map((one) => `finding ${renderFindings([one], { color: false, cwd })}`),
  ].join('')
}

function scopesText(scopes: readonly ScopeAlternative[]): string {
  return scopes.every(({ demands }) => demands.length === 0) ? '' : ` asking for ${JSON.stringify(scopes)}`
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || value === false || (Array.isArray(value) && value.length === 0)
}
