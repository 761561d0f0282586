import type { Policy } from '../../gateway/policy.ts'
import { suggest } from '../nearest.ts'
import type { Path } from '../read/tree.ts'
import type { Report } from '../report.ts'
import type { Configuration } from '../schema/configuration.ts'
import { parseWith } from '../schema/parse.ts'
import type { IdentitySpec } from '../spec.ts'
import { existingFile } from './existing-file.ts'

/** Resolves `identities`: each by the schema of the policy that its `type` names. */
export function resolveIdentities(
  configuration: Configuration,
  policies: readonly Policy[],
  report: Report,
): IdentitySpec[] {
  const types = new Map(
    policies.filter(({ place }) => place === 'identity').map((policy) => [policy.name, policy]),
  )
  return Object.entries(configuration.identities).flatMap(([name, { type }]): IdentitySpec[] => {
    const at: Path = ['identities', name]
    const policy = types.get(type)
    if (policy === undefined) {
      report.refuse(
        [...at, 'type'],
        `\`${type}\` is no type of identity`,
        suggest(type, [...types.keys()], 'type of identity'),
      )
      return []
    }
    // A mode would make a proof of identity optional: what is only observed proves nothing.
    if (report.tree.get([...at, 'mode']) !== undefined) {
      report.refuseKey(
        [...at, 'mode'],
        'an identity is always enforced',
        'Remove `mode`; write `anonymous` where a caller need not be known.',
      )
      return []
    }
    const settings = parseWith(policy.config, () => settingsOf(report.tree.get(at)), at, report)
    if (!settings.ok) return []
    const absolute = (within: readonly (string | number)[], written: string): string =>
      existingFile([...at, ...within], written, report)
    const complete = policy.files?.(settings.value, absolute) ?? settings.value
    return [{ name, type, settings: complete, source: report.tree.keyOf(at) }]
  })
}

function settingsOf(block: unknown): unknown {
  const { type: _, ...settings } = block as Record<string, unknown>
  return settings
}
