import { stat } from 'node:fs/promises'
import type { ClientCertificatesSpec } from '../config/spec.ts'
import { readClientTrust } from '../http/client-trust.ts'
import type { Log } from '../observe/log.ts'
import { clientTrustProblems } from './key-material.ts'
import type { TlsEndpoint } from './tls-endpoints.ts'

/** A revoked client is refused within a second, wherever the file lies: folders of a network tell no changes. */
const lookMs = 250

/**
 * Looks after the authorities and revocation lists of listeners and of the admin API, with `watch: true` or without: a list that had to wait
 * for somebody to reload would let revoked clients in meanwhile. Says when a list has ended.
 */
export class ClientTrustWatch {
  readonly #log: Log
  readonly #onChange: () => void
  #endpoints: readonly TlsEndpoint[] = []
  #timer: NodeJS.Timeout | undefined
  #state = ''
  #looking = false
  /** Ends of lists that have not been told yet. */
  #ends: { readonly where: string; readonly issuer: string; readonly end: number }[] = []

  /** `onChange` is called when the files have changed and can be used. */
  constructor(log: Log, onChange: () => void) {
    this.#log = log
    this.#onChange = onChange
  }

  /** Looks after the files of these from now on. */
  set(endpoints: readonly TlsEndpoint[]): void {
    clearInterval(this.#timer)
    this.#endpoints = endpoints.filter(({ clientCertificates }) => clientCertificates !== null)
    // What changed since the threads read it is seen as a change: reading it twice costs nothing.
    this.#state = ''
    this.#ends = []
    if (this.#endpoints.length === 0) return
    this.#noteEnds()
    this.#timer = setInterval(() => void this.#look(), lookMs)
    this.#timer.unref()
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async #look(): Promise<void> {
    this.#tellEnds()
    // A file system that does not answer gets no second question.
    if (this.#looking) return
    this.#looking = true
    const endpoints = this.#endpoints
    const state = await stateOf(endpoints)
    this.#looking = false
    if (state === this.#state || endpoints !== this.#endpoints) return
    const first = this.#state === ''
    this.#state = state
    const problems = clientTrustProblems(endpoints)
    for (const { path, message } of problems)
      this.#log.error('client-trust-refused', `${path} stays as it was: ${message}`)
    if (problems.length > 0) return
    this.#noteEnds()
    this.#onChange()
    if (!first)
      this.#log.info('client-trust-renewed', 'client authorities and revocation lists were read anew')
  }

  #noteEnds(): void {
    this.#ends = this.#endpoints.flatMap(({ name, clientCertificates }) =>
      endsOf(clientCertificates!).map((one) => ({ where: name, ...one })),
    )
  }

  #tellEnds(): void {
    const now = Date.now() / 1000
    const ended = this.#ends.filter(({ end }) => end < now)
    if (ended.length === 0) return
    this.#ends = this.#ends.filter(({ end }) => end >= now)
    for (const { where, issuer } of ended)
      this.#log.error(
        'revocation-list-ended',
        `${where} refuses all client certificates of ${issuer}: its revocation list has ended, and no newer one is there`,
      )
  }
}

/** Changes when one of the files does. A file that is not there is a state too. */
async function stateOf(endpoints: readonly TlsEndpoint[]): Promise<string> {
  const files = endpoints.flatMap(({ clientCertificates }) => [
    ...clientCertificates!.authorities,
    ...clientCertificates!.crl,
  ])
  const states = await Promise.all(
    files.map(async (file) => {
      try {
        const { mtimeNs, size, ino } = await stat(file, { bigint: true })
        return `${ino} ${mtimeNs} ${size}`
      } catch {
        return 'absent'
      }
    }),
  )
  return states.join('\n')
}

function endsOf(spec: ClientCertificatesSpec): readonly { readonly issuer: string; readonly end: number }[] {
  try {
    return readClientTrust(spec).listEnds
  } catch {
    // It was readable when the configuration was; the next look tells what is wrong with it now.
    return []
  }
}
