import type { Policy } from '../../gateway/policy.ts'
import { suggest } from '../nearest.ts'
import { isMap, type Path, pathText, type Tree } from '../read/tree.ts'
import { sourceText } from '../render.ts'
import type { Report } from '../report.ts'
import { parseWith } from '../schema/parse.ts'
import type { StepSpec } from '../spec.ts'
import { existingFile } from './existing-file.ts'

const modes = ['enforce', 'observe'] as const

/**
 * Turns blocks of policies into steps, one for each block however many operations it holds for. Two kinds of
 * inheritance, never mixed: requirements only add, settings are replaced by the innermost block.
 */
export class Steps {
  readonly list: StepSpec[] = []
  /** Files that settings name, absolute. */
  readonly files: Set<string> = new Set()
  readonly #report: Report
  readonly #identities: readonly string[]
  readonly #requirements: readonly Policy[]
  readonly #settings: readonly Policy[]
  readonly #byPlace = new Map<string, number | null>()
  readonly #compared = new Set<string>()
  readonly #authorizing = new Set<number>()
  readonly #byLevels = new Map<string, readonly number[]>()

  constructor(policies: readonly Policy[], identities: readonly string[], report: Report) {
    this.#report = report
    this.#identities = identities
    this.#requirements = policies.filter(({ place }) => place === 'requirement')
    this.#settings = policies.filter(({ place }) => place === 'setting')
  }

  /** Steps of an operation, as indices. `levels` are the blocks that hold for it, the outermost first. */
  of(levels: readonly Path[]): readonly number[] {
    const key = levels.map(pathText).join('\n')
    let steps = this.#byLevels.get(key)
    if (steps === undefined) {
      steps = [...this.#requirementsOf(levels), ...this.#settingsOf(levels)]
      this.#byLevels.set(key, steps)
    }
    return steps
  }

  /** Whether one of these steps decides what proven callers may do. One that is only observed decides nothing. */
  authorize(steps: readonly number[]): boolean {
    return steps.some((step) => this.#authorizing.has(step))
  }

  #requirementsOf(levels: readonly Path[]): number[] {
    const steps: number[] = []
    for (const level of levels) {
      if (this.#report.tree.get([...level, 'require']) === undefined) continue
      for (const policy of this.#requirements) {
        const step = this.#step(policy, [...level, 'require', policy.name])
        if (step === null) continue
        // It adds to all around it, and may still say that it asks for nothing.
        this.#compare(policy, null, step)
        steps.push(step)
      }
    }
    return steps
  }

  #settingsOf(levels: readonly Path[]): number[] {
    const steps: number[] = []
    for (const policy of this.#settings) {
      let current = this.#implicit(policy)
      for (const level of levels) {
        const inner = this.#step(policy, [...level, policy.name])
        if (inner === null) continue
        this.#compare(policy, current, inner)
        current = inner
      }
      if (current !== null) steps.push(current)
    }
    return steps
  }

  #implicit(policy: Policy): number | null {
    if (policy.implicit === undefined) return null
    const key = `default ${policy.name}`
    const known = this.#byPlace.get(key)
    if (known !== undefined) return known
    const source = { file: '', line: 0, column: 0 }
    const index =
      this.list.push({
        policy: policy.name,
        settings: policy.implicit,
        mode: 'enforce',
        where: 'default',
        source,
        positions: {},
      }) - 1
    this.#byPlace.set(key, index)
    return index
  }

  /** The step of a block, or null when it is not written (or was refused). */
  #step(policy: Policy, at: Path): number | null {
    const { tree } = this.#report
    if (tree.get(at) === undefined) return null
    const where = pathText(at)
    const known = this.#byPlace.get(where)
    if (known !== undefined) return known
    const mode = this.#mode(at)
    const parsed = parseWith(policy.config, () => withoutMode(tree.get(at)), at, this.#report)
    let index: number | null = null
    if (parsed.ok) {
      const source = tree.keyOf(at)
      const absolute = (within: Path, written: string): string => {
        const file = existingFile([...at, ...within], written, this.#report)
        this.files.add(file)
        return file
      }
      const settings = policy.files?.(parsed.value, absolute) ?? parsed.value
      const positions = policy.located === true ? positionsOf(tree, at) : {}
      index = this.list.push({ policy: policy.name, settings, mode, where, source, positions }) - 1
      this.#remark(policy, settings, at)
      if (policy.authorizes === true && mode === 'enforce') this.#authorizing.add(index)
      if (mode === 'observe') this.#report.open(source, `${where} is observed, not enforced`)
    }
    this.#byPlace.set(where, index)
    return index
  }

  /** What a policy says about its settings, and names of identities in them that are none. */
  #remark(policy: Policy, settings: unknown, at: Path): void {
    const { tree } = this.#report
    for (const { at: within, message, remedy } of policy.findings?.(settings) ?? [])
      this.#report.find(tree.keyOf([...at, ...within]), message, remedy)
    for (const { at: within, name } of policy.identities?.(settings) ?? [])
      if (!this.#identities.includes(name))
        this.#report.refuse(
          [...at, ...within],
          `there is no identity \`${name}\``,
          suggest(name, this.#identities, 'identity'),
        )
  }

  #mode(at: Path): StepSpec['mode'] {
    const block = this.#report.tree.get(at)
    if (!isMap(block) || !Object.hasOwn(block, 'mode')) return 'enforce'
    const mode = modes.find((one) => one === block['mode'])
    if (mode === undefined)
      this.#report.refuse([...at, 'mode'], 'not a mode', suggest(String(block['mode']), modes, 'mode'))
    return mode ?? 'enforce'
  }

  #compare(policy: Policy, outer: number | null, inner: number): void {
    const key = `${outer} ${inner}`
    if (policy.opens === undefined || this.#compared.has(key)) return
    this.#compared.add(key)
    const step = this.list[inner]!
    const what = policy.opens(outer === null ? undefined : this.list[outer]!.settings, step.settings)
    if (what !== null) this.#report.open(step.source, `${step.where}: ${what}`)
  }
}

/** Parts of a block that have a line of their own; rules beyond this many are told by the block's. */
const mostPositions = 20_000

/** The lines of a block's parts, by their path within it. */
function positionsOf(tree: Tree, at: Path): Record<string, string> {
  const positions: Record<string, string> = {}
  let left = mostPositions
  const visit = (path: Path, part: unknown): void => {
    if (--left < 0) return
    positions[path.join('.')] = sourceText(tree.keyOf([...at, ...path]))
    const items = Array.isArray(part) ? part.entries() : isMap(part) ? Object.entries(part) : []
    for (const [key, item] of items) visit([...path, key], item)
  }
  visit([], tree.get(at))
  return positions
}

function withoutMode(block: unknown): unknown {
  if (!isMap(block) || !Object.hasOwn(block, 'mode')) return block
  const { mode: _, ...rest } = block
  return rest
}
