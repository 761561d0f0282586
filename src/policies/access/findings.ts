import { isDeepStrictEqual } from 'node:util'
import type { SettingsFinding } from '../../gateway/policy.ts'
import type { AccessRule, AccessSettings } from './settings.ts'

const lists = [
  'operations',
  'methods',
  'paths',
  'identities',
  'callers',
  'roles',
  'scopes',
  'networks',
] as const

/** What of the rules can never matter: told by `sallyport check`. */
export function findingsOf({ allow, deny }: AccessSettings): readonly SettingsFinding[] {
  if (typeof allow === 'string') return []
  return allow.flatMap((rule, index): SettingsFinding[] => {
    const against = deny.findIndex((one) => covers(one, rule))
    if (against >= 0)
      return [
        {
          at: ['allow', index],
          message: `the rule never allows: \`deny\` number ${against + 1} holds wherever it does`,
          remedy: 'Remove the rule, or narrow the denial.',
        },
      ]
    const before = allow.slice(0, index).findIndex((one) => covers(one, rule))
    if (before < 0) return []
    return [
      {
        at: ['allow', index],
        message: `the rule adds nothing: number ${before + 1} of \`allow\` holds wherever it does`,
        remedy: 'Remove it.',
      },
    ]
  })
}

/** Whether a rule holds wherever the other does: it asks for nothing that the other does not ask for as strictly. */
function covers(rule: AccessRule, other: AccessRule): boolean {
  return (
    lists.every((key) => within(other[key], rule[key])) &&
    Object.entries(rule.claims ?? {}).every(([path, values]) => within(other.claims?.[path], values)) &&
    (rule.time === undefined || isDeepStrictEqual(rule.time, other.time))
  )
}

/** Whether one list of alternatives is within another; no list is every alternative. */
function within(list: readonly string[] | undefined, of: readonly string[] | undefined): boolean {
  return of === undefined || (list?.every((one) => of.includes(one)) ?? false)
}
