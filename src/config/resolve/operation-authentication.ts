import type { Path } from '../read/tree.ts'
import { pathText } from '../read/tree.ts'
import type { Report } from '../report.ts'
import type { RulesBlock } from '../schema/apis.ts'
import type { Authentication } from '../spec.ts'
import type { Api } from './api.ts'
import { type Decision, type DocumentSecurity, decisionOf, groupsText, isWithin } from './authentication.ts'
import type { Declared } from './declared.ts'
import { SchemeMap } from './document-security.ts'

/** Most operations named of those without a decision: the remedy is the same for all. */
const named = 5

/**
 * Finds the authentication decision of every operation of one API: its own block, its tags' blocks, its `security`
 * in the document, the API's block, the document's root `security`. None of them: the operation does not load.
 */
export class ApiAuthentication {
  readonly #api: Api
  readonly #identities: readonly string[]
  readonly #report: Report
  readonly #schemes: SchemeMap | null
  readonly #root: DocumentSecurity | null | 'unmapped'
  readonly #decisions = new Map<string, Decision | null>()
  #undecided = 0

  constructor(api: Api, identities: readonly string[], report: Report) {
    const { document, block } = api
    this.#api = api
    this.#identities = identities
    this.#report = report
    this.#schemes =
      document === null
        ? null
        : new SchemeMap(document, block.securitySchemes ?? {}, identities, api.at, report)
    this.#root = this.#schemes?.read(document!.security, () => document!.locate(['security'])) ?? null
  }

  /** What the block of the API itself says; null when it says nothing. */
  ofApi(): Decision | null {
    return this.#decision(this.#api.at, this.#api.block)
  }

  /** The decision for an operation; null when there is none, which is reported. */
  of(operation: Declared): Authentication | null {
    const documented = this.#schemes?.read(operation.security, () => operation.source) ?? null
    const configured = this.#configured(operation)
    if (documented === 'unmapped' || this.#root === 'unmapped') return null
    const decided = this.#decided(operation, documented, configured)
    // Whatever the configuration accepts, the scopes that the document asks for stay asked for.
    const scopes = (documented ?? this.#root)?.scopes ?? []
    return decided?.kind === 'required' && scopes.length > 0 ? { ...decided, scopes } : decided
  }

  #decided(
    operation: Declared,
    documented: DocumentSecurity | null,
    configured: Decision | null,
  ): Authentication | null {
    const root = this.#root === 'unmapped' ? null : this.#root
    if (configured !== null) return this.#checked(configured, documented ?? root)
    const api = this.ofApi()
    if (documented !== null) return this.#fromDocument(documented, api)
    if (api !== null) return this.#checked(api, root)
    if (root !== null) return this.#fromDocument(root, null)
    this.#refuseUndecided(operation)
    return null
  }

  /** Tells how many more operations have no decision than were named. */
  settle(): void {
    if (this.#undecided <= named) return
    this.#report.refuseKey(
      this.#api.at,
      `${this.#undecided - named} more operations have no authentication decision`,
      'Write `authenticate` in the API.',
    )
  }

  #configured({ own, tags }: Declared): Decision | null {
    const mine = own === null ? null : this.#decision(own.path, own.block)
    if (mine !== null) return mine
    for (const { path, block } of tags.toReversed()) {
      const decision = this.#decision(path, block)
      if (decision !== null) return decision
    }
    return null
  }

  #decision(path: Path, block: RulesBlock): Decision | null {
    if (block.anonymous === undefined && block.authenticate === undefined) return null
    const key = pathText(path)
    const known = this.#decisions.get(key)
    if (known !== undefined) return known
    const decision = decisionOf(path, block, this.#identities, this.#report)
    this.#decisions.set(key, decision)
    return decision
  }

  #checked({ authentication, path }: Decision, document: DocumentSecurity | null): Authentication {
    if (authentication.kind === 'anonymous') {
      this.#report.open(
        authentication.source,
        `${pathText(path.slice(0, -1))} is open to everybody: ${authentication.reason}`,
      )
    }
    if (document !== null && !isWithin(authentication, document.groups)) {
      const says = authentication.kind === 'anonymous' ? 'no credential' : groupsText(authentication.anyOf)
      this.#report.refuseKey(
        path,
        `the configuration accepts ${says}, the document asks for ${groupsText(document.groups)}`,
        'Make the configuration at least as strict as the document, or change `security` in the document.',
        document.source,
      )
    }
    return authentication
  }

  #fromDocument({ groups, source }: DocumentSecurity, api: Decision | null): Authentication | null {
    if (groups.every((group) => group.length > 0))
      return { kind: 'required', anyOf: groups, scopes: [], source }
    if (api?.authentication.kind === 'anonymous') return this.#checked(api, null)
    this.#report.refuseAt(
      source,
      this.#api.at,
      'the document leaves this open (`security` without a credential), and the configuration gives no reason',
      'Write `anonymous: "why"` or `authenticate` for the operation under `operations` of the API, or demand a credential in the document.',
      api === null ? this.#report.tree.keyOf(this.#api.at) : api.authentication.source,
    )
    return null
  }

  #refuseUndecided({ name, source }: Declared): void {
    if (++this.#undecided > named) return
    this.#report.refuseAt(
      source,
      [...this.#api.at, name],
      `operation \`${name}\` has no authentication decision`,
      'Write `authenticate: [identity]`, or `anonymous: "why"`, for the operation or for its API.',
    )
  }
}
