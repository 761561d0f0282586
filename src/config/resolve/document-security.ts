import { suggest } from '../nearest.ts'
import type { ApiDocument, SecurityAlternative } from '../openapi/document.ts'
import type { Path } from '../read/tree.ts'
import type { Report } from '../report.ts'
import type { ScopeAlternative, Source } from '../spec.ts'
import type { DocumentSecurity } from './authentication.ts'

/** Maps the security schemes of one document to identities, by `securitySchemes` of its API. */
export class SchemeMap {
  readonly #document: ApiDocument
  readonly #schemes: ReadonlyMap<string, string>
  readonly #identities: readonly string[]
  readonly #at: Path
  readonly #report: Report
  readonly #missing = new Set<string>()
  /** Schemes whose lists are scopes. In others they may be roles. */
  readonly #scoped: ReadonlySet<string>

  constructor(
    document: ApiDocument,
    schemes: Readonly<Record<string, string>>,
    identities: readonly string[],
    at: Path,
    report: Report,
  ) {
    this.#document = document
    this.#schemes = new Map(Object.entries(schemes))
    this.#identities = identities
    this.#at = [...at, 'securitySchemes']
    this.#report = report
    this.#scoped = new Set(
      document.securitySchemes
        .filter(({ type }) => type === 'oauth2' || type === 'openIdConnect')
        .map(({ name }) => name),
    )
    this.#check()
  }

  #check(): void {
    const known = this.#document.securitySchemes.map(({ name }) => name)
    for (const [scheme, identity] of this.#schemes) {
      if (!known.includes(scheme)) {
        this.#report.refuseKey(
          [...this.#at, scheme],
          `the document has no security scheme \`${scheme}\``,
          suggest(scheme, known, 'security scheme in the document'),
        )
      }
      if (identity !== 'ignore' && !this.#identities.includes(identity)) {
        this.#report.refuse(
          [...this.#at, scheme],
          `there is no identity \`${identity}\``,
          suggest(identity, [...this.#identities, 'ignore'], 'identity'),
        )
      }
    }
  }

  /**
   * What a `security` list says; null when it says nothing, `unmapped` when a scheme of it was refused. An
   * alternative whose schemes are all ignored counts as not said, and so does a list of nothing but such ones.
   */
  read(
    security: readonly SecurityAlternative[] | null,
    source: () => Source,
  ): DocumentSecurity | null | 'unmapped' {
    if (security === null) return null
    if (security.length === 0) return { groups: [[]], scopes: [], source: source() }
    const unmapped = security.flat().filter(({ scheme }) => !this.#schemes.has(scheme))
    for (const { scheme } of unmapped) this.#refuseUnmapped(scheme)
    if (unmapped.length > 0) return 'unmapped'
    const scopes = security.flatMap((alternative) => this.#group(alternative))
    const groups = scopes.map(({ identities }) => identities)
    if (groups.length > 0) return { groups, scopes, source: source() }
    this.#report.open(source(), '`security` names ignored schemes alone: what holds around it holds')
    return null
  }

  #group(alternative: SecurityAlternative): readonly ScopeAlternative[] {
    const identities = alternative.map(({ scheme }) => this.#schemes.get(scheme)!)
    const names = new Set(identities.filter((identity) => identity !== 'ignore'))
    if (identities.length > 0 && names.size === 0) return []
    if (identities.includes('ignore')) this.#openIgnored(alternative)
    const demands = alternative.flatMap(({ scheme, scopes }) => {
      const identity = this.#schemes.get(scheme)!
      if (scopes.length === 0 || identity === 'ignore') return []
      return [{ identity, names: scopes, rolesToo: !this.#scoped.has(scheme) }]
    })
    return [{ identities: [...names], demands }]
  }

  /** Once for each scheme, not for each of the thousand operations that name it. */
  #refuseUnmapped(scheme: string): void {
    if (this.#missing.has(scheme)) return
    this.#missing.add(scheme)
    const near =
      this.#identities.length === 0
        ? 'an identity'
        : `one of ${this.#identities.map((name) => `\`${name}\``).join(', ')}`
    this.#report.refuseAt(
      this.#document.locate(['components', 'securitySchemes', scheme]),
      [...this.#at, scheme],
      `the security scheme \`${scheme}\` has no identity`,
      `Write \`securitySchemes: { ${scheme}: … }\` in the API, with ${near}, or \`ignore\`.`,
      this.#report.tree.keyOf(this.#at),
    )
  }

  #openIgnored(alternative: SecurityAlternative): void {
    for (const { scheme } of alternative) {
      const key = `ignored ${scheme}`
      if (this.#schemes.get(scheme) !== 'ignore' || this.#missing.has(key)) continue
      this.#missing.add(key)
      this.#report.open(
        this.#report.tree.keyOf([...this.#at, scheme]),
        `\`${scheme}\` is ignored where the document demands it together with others`,
      )
    }
  }
}
