import type { ClientCertificatesSpec } from '../../config/spec.ts'
import type { ClientTrust } from '../../engines/x509/client-trust.ts'
import { readClientTrust } from '../../http/client-trust.ts'
import type { Listener } from '../../http/listener.ts'

/** The authorities and revocation lists of the listeners of one data thread. Those with the same files share them. */
export class ClientTrusts {
  /** Files have changed since the listeners of a plan that is being prepared read theirs. */
  changed = false
  readonly #report: (message: string) => void
  #known: readonly ClientTrust[] = []

  constructor(report: (message: string) => void) {
    this.#report = report
  }

  /** Reads the files. Throws with what is wrong with them. */
  of(spec: ClientCertificatesSpec): ClientTrust {
    const trust = readClientTrust(spec, this.#known)
    if (!this.#known.includes(trust)) this.#known = [...this.#known, trust]
    return trust
  }

  /**
   * The files have changed. Only they are read anew, not the configuration: a half-edited one may neither come into
   * force with a revocation list nor hold it up.
   */
  renew(listeners: ReadonlyMap<string, Listener>): void {
    for (const listener of listeners.values()) {
      const { name, clientCertificates } = listener.spec
      if (clientCertificates === null) continue
      try {
        listener.renewTrust(this.of(clientCertificates))
      } catch (error) {
        const why = error instanceof Error ? error.message : 'unknown'
        this.#report(`listener ${name} keeps its client authorities: ${why}`)
      }
    }
    this.keepOnly(listeners)
  }

  /** Forgets what none of these listeners goes by. */
  keepOnly(listeners: ReadonlyMap<string, Listener>): void {
    const used = new Set([...listeners.values()].map(({ settings }) => settings.trust))
    this.#known = this.#known.filter((trust) => used.has(trust))
  }
}
