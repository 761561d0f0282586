import { z } from 'zod'
import { suggest } from '../../../config/nearest.ts'
import type { Problem } from '../../../config/problem.ts'
import { readFiles } from '../../../config/read/files.ts'
import { References } from '../../../config/read/references.ts'
import { Report } from '../../../config/report.ts'
import { parseWith } from '../../../config/schema/parse.ts'
import type { IdentitySpec } from '../../../config/spec.ts'
import { assumedCaller } from '../assumed-caller.ts'
import { type CallerKind, mostKinds } from './caller-kinds.ts'

const names = z.array(z.string().min(1).max(4096)).max(200).optional()

const kindFile = z.strictObject({
  callers: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(200),
        as: z.string().min(1).max(4096).optional(),
        scopes: names,
        roles: names,
        claims: z.record(z.string().min(1).max(256), z.unknown()).optional(),
      }),
    )
    .min(1)
    .max(mostKinds),
})

/** The kinds that a file names, or all that is wrong with it. A kind without `as` is nobody. */
export async function readKinds(
  file: string,
  cwd: string,
  identities: readonly IdentitySpec[],
): Promise<{ ok: true; kinds: CallerKind[] } | { ok: false; problems: readonly Problem[] }> {
  const problems: Problem[] = []
  const { tree, files } = await readFiles([file], cwd, new References({}), problems)
  if (files.length === 0) return { ok: false, problems }
  const report = new Report(tree, problems)
  const parsed = parseWith(kindFile, () => tree.root, [], report)
  if (!parsed.ok || problems.length > 0) return { ok: false, problems }
  const known = identities.map(({ name }) => name)
  const kinds = parsed.value.callers.map(({ name, as, scopes = [], roles = [], claims = {} }, index) => {
    const at = ['callers', index, 'as']
    const caller = as === undefined ? null : assumedCaller({ as, scopes, roles, claims }, identities)
    if (as === undefined && scopes.length + roles.length + Object.keys(claims).length > 0)
      report.refuseKey(at, 'scopes, roles and claims of nobody', 'Write `as: identity/id`.')
    if (as !== undefined && caller === null) {
      const identity = as.split('/', 1)[0]!
      report.refuse(at, `no identity \`${identity}\``, suggest(identity, known, 'identity'))
    }
    return { name, caller }
  })
  return problems.length > 0 ? { ok: false, problems } : { ok: true, kinds }
}
