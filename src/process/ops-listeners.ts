import type {
  AdminHost,
  AdminRefusal,
  ExplainQuery,
  Explanation,
  KnownIdentity,
  ReloadOutcome,
} from '../admin/host.ts'
import type { AdminTls, SecureDoor } from '../admin/secure-door.ts'
import { type AdminServer, startAdmin, startOps } from '../admin/server.ts'
import { renderProblems } from '../config/render.ts'
import type { AdminSpec, ClientCertificatesSpec, GatewaySpec } from '../config/spec.ts'
import type { PublicJwk } from '../engines/jwt-signing/signing-key.ts'
import type { ClientTrust } from '../engines/x509/client-trust.ts'
import type { Plan } from '../gateway/plan.ts'
import { readCertificate } from '../http/certificates.ts'
import { readClientTrust } from '../http/client-trust.ts'
import type { Log } from '../observe/log.ts'
import type { Actor } from '../store/change.ts'
import type { Store } from '../store/store.ts'
import { identify } from './admin-callers.ts'
import { addressText } from './ports.ts'
import { StartError } from './start-error.ts'

/** What the listeners of the control plane show. */
export interface OpsListenersOptions {
  readonly version: string
  readonly log: Log
  readonly store: Store
  readonly ready: () => boolean
  readonly metrics: () => string
  readonly reload: (actor: Actor) => Promise<number>
  /** The identities in force, compiled for administrators. */
  readonly identities: () => Plan
  readonly publicKeys: () => readonly PublicJwk[]
  readonly explain: (query: ExplainQuery) => Promise<Explanation>
  readonly status: () => Readonly<Record<string, unknown>>
  readonly undeclared: () => unknown
  readonly refused: (refusal: AdminRefusal) => void
}

/** The admin listener and the `ops` listeners; those that a reload leaves as they are stay open. */
export class OpsListeners {
  readonly #host: AdminHost
  /** The door of the admin listener, where administrators are asked for certificates. */
  #asking: { readonly door: SecureDoor; readonly spec: ClientCertificatesSpec } | null = null
  #open = new Map<string, AdminServer>()

  constructor(options: OpsListenersOptions) {
    const started = performance.now()
    this.#host = {
      log: options.log,
      ready: options.ready,
      metrics: options.metrics,
      refused: options.refused,
      undeclared: options.undeclared,
      explain: options.explain,
      store: options.store,
      publicKeys: options.publicKeys,
      identities: () => identitiesOf(options.identities().spec),
      identify: (request) => identify(options.identities(), request),
      status: () => ({
        version: options.version,
        uptimeSeconds: Math.round((performance.now() - started) / 1000),
        ...options.status(),
      }),
      reload: (actor) => outcome(options.reload(actor)),
    }
  }

  /** Opens what the configuration asks for and closes what it no longer does. */
  async open(spec: GatewaySpec): Promise<void> {
    const next = new Map<string, AdminServer>()
    const wanted: [key: string, start: () => Promise<AdminServer>][] = spec.listeners
      .filter((listener) => listener.kind === 'ops')
      .map(({ address, serve }) => [
        `ops ${addressText(address)} ${serve.join()}`,
        () => startOps({ address, serve, host: this.#host }),
      ])
    const { admin } = spec
    const tls = admin === null ? null : tlsOf(admin, knownTo(this.#asking?.door))
    if (admin !== null) {
      const { address, openMetricsTo } = admin
      wanted.push([adminKey(admin), () => startAdmin({ address, openMetricsTo, tls, host: this.#host })])
    }
    const keys = new Set(wanted.map(([key]) => key))
    const gone = [...this.#open].filter(([key]) => !keys.has(key))
    // The same port with other settings cannot be open twice; the control plane's listeners may blink, the data path's never.
    await Promise.all(gone.map(([, server]) => server.close()))
    for (const [key, start] of wanted) next.set(key, this.#open.get(key) ?? (await start()))
    this.#open = next
    const door = admin === null ? null : next.get(adminKey(admin))!.door
    if (door !== null && tls !== null) door.renew(tls)
    const asked = admin?.clientCertificates ?? null
    this.#asking = door === null || asked === null ? null : { door, spec: asked }
  }

  /** Authorities or revocation lists have changed: they are read anew, and nothing else is. */
  renewTrust(): void {
    if (this.#asking === null) return
    const { door, spec } = this.#asking
    try {
      door.renewTrust(readClientTrust(spec, knownTo(door)))
    } catch (error) {
      const why = error instanceof Error ? error.message : 'unknown'
      this.#host.log.error('client-trust-refused', `the admin API keeps its client authorities: ${why}`)
    }
  }

  async close(): Promise<void> {
    this.#asking = null
    await Promise.all([...this.#open.values()].map((server) => server.close()))
    this.#open.clear()
  }
}

/** What makes the admin listener the same one after a reload; certificates and authorities it takes over open. */
function adminKey({ address, openMetricsTo, tls, clientCertificates }: AdminSpec): string {
  const asked = clientCertificates === null ? '' : clientCertificates.required ? 'required' : 'asked'
  return `admin ${addressText(address)} ${openMetricsTo.join()} ${tls?.profile ?? 'clear'} ${asked}`
}

function tlsOf({ tls, clientCertificates }: AdminSpec, known: readonly ClientTrust[]): AdminTls | null {
  if (tls === null) return null
  const trust = clientCertificates === null ? null : readClientTrust(clientCertificates, known)
  return {
    profile: tls.profile,
    certificates: tls.certificates.map(({ cert, key }) => readCertificate(cert, key, tls.profile, trust)),
    trust,
    required: clientCertificates?.required === true,
  }
}

/** A list of a million entries is not read twice. */
function knownTo(door: SecureDoor | undefined): readonly ClientTrust[] {
  return door === undefined || door.trust === null ? [] : [door.trust]
}

function identitiesOf({ identities, admin }: GatewaySpec): readonly KnownIdentity[] {
  const administering = new Set((admin?.callers ?? []).map(({ identity }) => identity))
  return identities.map(({ name, type }) => ({ name, type, administers: administering.has(name) }))
}

async function outcome(reload: Promise<number>): Promise<ReloadOutcome> {
  try {
    return { ok: true, generation: await reload }
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    const problems = error.problems.map((problem) => renderProblems([problem], { color: false }).trimEnd())
    return { ok: false, problems: problems.length > 0 ? problems : [error.message] }
  }
}
