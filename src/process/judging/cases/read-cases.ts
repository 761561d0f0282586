import { suggest } from '../../../config/nearest.ts'
import type { Problem } from '../../../config/problem.ts'
import { readFiles } from '../../../config/read/files.ts'
import { References } from '../../../config/read/references.ts'
import { Report } from '../../../config/report.ts'
import { parseWith } from '../../../config/schema/parse.ts'
import type { IdentitySpec, Source } from '../../../config/spec.ts'
import { assumedCaller } from '../assumed-caller.ts'
import type { JudgedQuestion } from '../judge.ts'
import { toldObject } from '../told-object.ts'
import { caseFileSchema, type WrittenCase } from './case-schema.ts'

/** What a case expects: an outcome, a status or a code. */
export type Expectation = WrittenCase['expect']

/** A case that can be judged. */
export interface AuthorizationCase {
  readonly source: Source
  /** From 1. */
  readonly number: number
  /** `identity/id`, or `anonymous`. */
  readonly who: string
  readonly question: JudgedQuestion
  readonly expect: Expectation
  readonly why: string | null
}

/** The cases of a file, or all that is wrong with it. */
export type CasesResult =
  | { readonly ok: true; readonly cases: readonly AuthorizationCase[] }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** Reads a file of cases as configuration is read: strict, with file and line, several mistakes at once. */
export async function readCases(
  file: string,
  cwd: string,
  identities: readonly IdentitySpec[],
): Promise<CasesResult> {
  const problems: Problem[] = []
  const { tree, files } = await readFiles([file], cwd, new References({}), problems)
  if (files.length === 0) return { ok: false, problems }
  const report = new Report(tree, problems)
  const parsed = parseWith(caseFileSchema, () => tree.root, [], report)
  if (!parsed.ok || problems.length > 0) return { ok: false, problems }
  const cases = parsed.value.cases.map((one, index) => readyCase(one, index, identities, report))
  return problems.length > 0 ? { ok: false, problems } : { ok: true, cases }
}

function readyCase(
  one: WrittenCase,
  index: number,
  identities: readonly IdentitySpec[],
  report: Report,
): AuthorizationCase {
  const at = ['cases', index]
  const { as, scopes = [], roles = [], claims = {} } = one
  const caller = as === undefined ? null : assumedCaller({ as, scopes, roles, claims }, identities)
  if (as !== undefined && caller === null) {
    const known = identities.map(({ name }) => name)
    report.refuse(
      [...at, 'as'],
      `no identity \`${as.split('/', 1)[0]}\``,
      suggest(as.split('/', 1)[0]!, known, 'identity'),
    )
  }
  let object = one.object === undefined ? null : toldObject(JSON.stringify(one.object))
  if (typeof object === 'string') {
    report.refuse([...at, 'object'], object, 'Write it as the service would answer it.')
    object = null
  }
  const space = one.request.indexOf(' ')
  return {
    source: report.tree.valueOf(at),
    number: index + 1,
    who: as ?? 'anonymous',
    question: {
      method: one.request.slice(0, space),
      url: one.request.slice(space + 1),
      from: one.from ?? null,
      headers: Object.entries(one.headers ?? {}),
      body: bodyOf(one.body),
      at: one.at === undefined ? null : Date.parse(one.at),
      object,
      caller,
    },
    expect: one.expect,
    why: one.why ?? null,
  }
}

function bodyOf(body: WrittenCase['body']): Buffer | null {
  if (body === undefined) return null
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}
