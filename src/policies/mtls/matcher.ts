import type { Caller, Claims } from '../../gateway/facts.ts'
import type { ClientCertificate } from '../../gateway/policy.ts'
import { compileName, type NameKind, type NamePattern, nameKinds } from './name-pattern.ts'
import type { CallerName, MtlsSettings, NameRule } from './settings.ts'

interface Rule {
  readonly patterns: readonly (readonly [kind: NameKind, pattern: NamePattern])[]
  readonly spec: NameRule
}

/** Finds the caller that a trusted certificate names, by the rules of one identity. */
export class Matcher {
  readonly #rules: readonly Rule[]
  readonly #caller: CallerName
  readonly #identity: string

  constructor({ names, caller }: MtlsSettings, identity: string) {
    this.#rules = names.map((spec) => ({ spec, patterns: patternsOf(spec) }))
    this.#caller = caller
    this.#identity = identity
  }

  /** The caller; or a sentence that says why there is none. */
  callerOf(certificate: ClientCertificate): Caller | string {
    const rule = this.#rules.find((one) => fits(one, certificate))
    if (rule === undefined) return 'the names of the certificate fit no rule'
    const id = this.#idOf(certificate, rule)
    if (id === null) return `the certificate has not exactly one ${this.#caller} that could name the caller`
    const { scopes, roles } = rule.spec
    const claims = claimsOf(certificate)
    // A browser sends a certificate along whoever made it call.
    return Object.freeze({ id, identity: this.#identity, scopes, roles, claims, ambient: true })
  }

  /** Of several names, the one that the rule means; two that it means are two callers. */
  #idOf(certificate: ClientCertificate, { patterns }: Rule): string | null {
    if (this.#caller === 'fingerprint') return certificate.fingerprint
    const names = namesOf(certificate, this.#caller)
    const [, pattern] = patterns.find(([kind]) => kind === this.#caller) ?? []
    const meant = new Set(pattern === undefined ? names : names.filter(pattern))
    const [first] = meant
    return meant.size === 1 && first !== undefined && first !== '' ? first : null
  }
}

function patternsOf(rule: NameRule): Rule['patterns'] {
  return nameKinds.flatMap((kind): Rule['patterns'] => {
    const written = rule[kind]
    if (written === undefined) return []
    const pattern = compileName(kind, written)
    // The schema has refused it; what got here all the same fits nothing.
    return [[kind, typeof pattern === 'string' ? () => false : pattern]]
  })
}

function fits({ patterns, spec }: Rule, certificate: ClientCertificate): boolean {
  if (spec.issuer !== undefined && spec.issuer !== certificate.issuer) return false
  return patterns.every(([kind, pattern]) => namesOf(certificate, kind).some(pattern))
}

function namesOf(certificate: ClientCertificate, kind: NameKind): readonly string[] {
  switch (kind) {
    case 'commonName':
      return certificate.commonName === null ? [] : [certificate.commonName]
    case 'dns':
      return certificate.dnsNames
    case 'uri':
      return certificate.uris
    case 'email':
      return certificate.emails
    case 'subject':
      return [certificate.subject]
  }
}

function claimsOf(certificate: ClientCertificate): Claims {
  const claims = Object.create(null) as Record<string, unknown>
  const { subject, issuer, serial, fingerprint, commonName, dnsNames, uris, emails } = certificate
  Object.assign(claims, { subject, issuer, serial, fingerprint })
  if (commonName !== null) claims['commonName'] = commonName
  claims['dns'] = Object.freeze([...dnsNames])
  claims['uri'] = Object.freeze([...uris])
  claims['email'] = Object.freeze([...emails])
  return Object.freeze(claims)
}
