import { suggest } from '../nearest.ts'
import { type Path, pathText } from '../read/tree.ts'
import type { Report } from '../report.ts'
import type { Limits } from '../schema/limits.ts'
import type { ServiceBlock } from '../schema/services.ts'
import { sizeText } from '../schema/size.ts'
import type { Authentication, OperationSpec, PathAllowance } from '../spec.ts'
import type { Api } from './api.ts'
import type { Declared, Level } from './declared.ts'
import type { Steps } from './steps.ts'

/** What operations are resolved against. */
export interface Surroundings {
  readonly limits: Limits
  readonly services: Readonly<Record<string, ServiceBlock>>
  readonly steps: Steps
  readonly report: Report
}

/** Most operations named of those without a decision: the remedy is the same for all. */
const named = 5

/** Resolves the operations of one API: every value from the innermost block that says it. */
export class ApiOperations {
  readonly #api: Api
  readonly #around: Surroundings
  readonly #serviceNames: readonly string[]
  readonly #base: readonly Level[]
  readonly #noted = new Set<string>()
  #undecided = 0

  constructor(api: Api, around: Surroundings) {
    this.#api = api
    this.#around = around
    this.#serviceNames = Object.keys(around.services)
    this.#base = [{ path: api.at, block: api.block }]
  }

  resolve(declared: Declared, authentication: Authentication): OperationSpec | null {
    const own = declared.own === null ? [] : [declared.own]
    const levels = [...this.#base, ...declared.tags, ...own]
    this.#refuseTornTags(declared)
    const service = this.#service(levels)
    if (service === null) return null
    const { streamIdle, streamTotal } = this.#around.services[this.#serviceNames[service]!]!.timeouts
    const { api } = this
    const steps = this.#around.steps.of([[], ...levels.map(({ path }) => path)])
    this.#refuseUnauthorized(declared, authentication, steps, levels)
    return {
      api: api.name,
      name: declared.name,
      method: declared.method,
      template: api.prefix + declared.template,
      hosts: api.hosts,
      service,
      stripPrefix: api.stripPrefix,
      addPrefix: api.addPrefix,
      authentication,
      steps,
      bodyBytes: this.#bodyBytes(levels),
      bodyDeclared: declared.bodyDeclared,
      streamIdleMs: streamIdle,
      streamTotalMs: streamTotal,
      allowPath: this.#allowPath(levels),
      allowHeaderNames: this.#allowHeaderNames(levels, declared),
      undeclaredUntil: null,
      source: declared.source,
    }
  }

  /** Tells how many more operations have no authorization decision than were named. */
  settle(): void {
    if (this.#undecided <= named) return
    this.#around.report.refuseKey(
      this.#api.at,
      `${this.#undecided - named} more operations have no authorization decision`,
      'Write `require`, or `authorize`, in the API.',
    )
  }

  /** Authenticated is not authorized: who of the proven callers may call is decided, or the operation does not load. */
  #refuseUnauthorized(
    { name, source }: Declared,
    authentication: Authentication,
    steps: readonly number[],
    levels: readonly Level[],
  ): void {
    if (authentication.kind === 'anonymous' || this.#around.steps.authorize(steps)) return
    const { scopes } = authentication
    if (scopes.length > 0 && scopes.every(({ demands }) => demands.length > 0)) return
    const { report } = this.#around
    const level = levels.findLast(({ block }) => block.authorize !== undefined)
    if (level !== undefined) {
      const at = [...level.path, 'authorize']
      if (this.#once(pathText(at)))
        report.open(report.tree.keyOf(at), `${pathText(level.path)} is open to every authenticated caller`)
      return
    }
    if (++this.#undecided > named) return
    report.refuseAt(
      source,
      [...this.#api.at, name],
      `operation \`${name}\` has no authorization decision: who of the authenticated callers may call?`,
      'Write `require: { scopes: […] }`, `require: { roles: […] }` or another policy that authorizes, or `authorize: any-authenticated-caller`, for the operation or for its API.',
    )
  }

  get api(): Api {
    return this.#api
  }

  #service(levels: readonly Level[]): number | null {
    const { report } = this.#around
    const level = levels.findLast(({ block }) => block.service !== undefined)
    const at: Path = [...(level?.path ?? this.#api.at), 'service']
    const index = level === undefined ? -1 : this.#serviceNames.indexOf(level.block.service!)
    if (index >= 0) return index
    if (this.#once(pathText(at))) {
      if (level === undefined)
        report.refuseKey(
          at,
          'no service',
          `Write \`service: …\` in the API. ${suggest('', this.#serviceNames, 'service')}`,
        )
      else
        report.refuse(
          at,
          `there is no service \`${level.block.service}\``,
          suggest(level.block.service!, this.#serviceNames, 'service'),
        )
    }
    return null
  }

  #bodyBytes(levels: readonly Level[]): number {
    const { report, limits } = this.#around
    let bytes = limits.body
    for (const { path, block } of levels) {
      const own = block.limits?.body
      if (own === undefined) continue
      const at = [...path, 'limits', 'body']
      if (own > bytes)
        report.open(
          report.tree.keyOf(at),
          `${pathText(at)} takes bodies of ${sizeText(own)}, outside it is ${sizeText(bytes)}`,
        )
      bytes = own
    }
    return bytes
  }

  #allowPath(levels: readonly Level[]): readonly PathAllowance[] {
    const level = levels.findLast(({ block }) => block.allow?.path !== undefined)
    const allowed = level?.block.allow?.path
    if (level === undefined || allowed === undefined || allowed.length === 0) return none
    this.#openAllowance([...level.path, 'allow', 'path'], allowed)
    return allowed
  }

  #allowHeaderNames(levels: readonly Level[], declared: Declared): readonly string[] {
    const level = levels.findLast(({ block }) => block.allow?.headerNames !== undefined)
    const allowed = level?.block.allow?.headerNames ?? none
    if (level !== undefined && allowed.length > 0)
      this.#openAllowance([...level.path, 'allow', 'headerNames'], allowed)
    const names = [
      ...allowed.map((name) => name.toLowerCase()),
      ...declared.headerNames.filter((name) => /[_.]/.test(name)),
    ]
    return names.length === 0 ? none : [...new Set(names)]
  }

  #openAllowance(at: Path, allowed: readonly string[]): void {
    const { report } = this.#around
    report.open(report.tree.keyOf(at), `${pathText(at)} lets through ${allowed.join(', ')}`)
  }

  /** Two tags of one operation that each say the same thing: which holds must not depend on their order. */
  #refuseTornTags({ tags, own, name }: Declared): void {
    if (tags.length < 2) return
    const { report } = this.#around
    const saidBy = new Map<string, Level>()
    for (const level of tags) {
      for (const key of replaceableKeys(report.tree.get(level.path))) {
        const before = saidBy.get(key)
        saidBy.set(key, level)
        if (
          before === undefined ||
          (own !== null && replaceableKeys(report.tree.get(own.path)).includes(key))
        )
          continue
        if (!this.#once(`${pathText(before.path)} ${pathText(level.path)} ${key}`)) continue
        report.refuseKey(
          level.path,
          `two tags of operation \`${name}\` both decide \`${key}\``,
          'Decide it in one of them, or for the operation itself.',
          report.tree.keyOf(before.path),
        )
      }
    }
  }

  #once(key: string): boolean {
    const before = this.#noted.size
    return this.#noted.add(key).size > before
  }
}

const none: readonly never[] = []

/** What a block says that an inner block would replace. `require` is none of it: it only adds. */
function replaceableKeys(block: unknown): string[] {
  const keys = Object.keys((block ?? {}) as object).filter((key) => key !== 'require')
  return [...new Set(keys.map((key) => (key === 'anonymous' ? 'authenticate' : key)))]
}
