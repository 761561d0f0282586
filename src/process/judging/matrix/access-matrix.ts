import type { OperationSpec } from '../../../config/spec.ts'
import type { Plan } from '../../../gateway/plan.ts'
import { describe } from '../explain.ts'
import { judge } from '../judge.ts'
import type { CallerKind } from './caller-kinds.ts'

/** Kinds of callers × operations. */
export interface AccessMatrix {
  readonly kinds: readonly string[]
  readonly operations: readonly MatrixRow[]
}

/** What the kinds may do with one operation. */
export interface MatrixRow {
  readonly api: string
  readonly operation: string
  readonly method: string
  readonly template: string
  /** One for each kind: `allow`, `answer`, a code, or `needs object`. */
  readonly cells: readonly string[]
}

/** Judges one request of each kind to each operation. */
export async function accessMatrix(plan: Plan, kinds: readonly CallerKind[]): Promise<AccessMatrix> {
  const operations: MatrixRow[] = []
  for (const { spec } of plan.operations) {
    // What no document declares has no request that could stand for it.
    if (spec.method === '*') continue
    const cells: string[] = []
    for (const { caller } of kinds) cells.push(await cell(plan, spec, caller))
    const { api, name, method, template } = spec
    operations.push({ api, operation: name, method, template, cells })
  }
  return { kinds: kinds.map(({ name }) => name), operations }
}

async function cell(plan: Plan, spec: OperationSpec, caller: CallerKind['caller']): Promise<string> {
  const shown = { method: spec.method, url: sampleUrl(spec), whyNot: false }
  const judgement = await judge(plan, { ...shown, from: null, headers: [], caller })
  if (typeof judgement === 'string') return judgement
  const { verdict, code, steps } = describe(plan, judgement, shown)
  // The request that stands for all has no body and no object: what is refused for want of them, another may have.
  const byObject = steps.some((step) => step.phase === 'authorize-object' && step.verdict === 'deny')
  if (byObject || verdict.startsWith('needs-')) return 'needs object'
  return code ?? verdict
}

/** A path of the template, on a host of the operation. */
function sampleUrl({ template, hosts }: OperationSpec): string {
  const path = template.replace(/\{[^}]*\}/g, '1')
  const host = hosts[0]?.replace(/^\*/, 'any')
  return host === undefined ? path : `https://${host}${path}`
}
