import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { codes } from '../codes.ts'
import { NetworkSet } from '../engines/networks/network-set.ts'
import type { AdminCaller } from './caller.ts'
import type { AdminHost, PresentedRequest } from './host.ts'
import { isOwnHost } from './own-host.ts'
import { may, type Permission } from './permissions.ts'
import { type Problem, problemWith } from './reply.ts'
import type { SecureDoor } from './secure-door.ts'

/**
 * What a route asks of its caller. `open`: nothing; `metrics`: a listed network, or `view`; `known`: any role; else
 * the permission.
 */
export type Needs = 'open' | 'metrics' | 'known' | Permission

/** A request that may go on. The caller is null where none was asked for. */
export interface Admitted {
  readonly kind: 'admitted'
  readonly caller: AdminCaller | null
}

/** Decides about a request before anything else of it is looked at. */
export type Guard = (request: IncomingMessage, needs: Needs) => Promise<Admitted | Problem>

/** The token has 256 bits, so guessing is hopeless at any rate; this keeps it from costing the process much. */
const wrongTokenDelayMs = 200

const anonymous: Admitted = { kind: 'admitted', caller: null }

/** An `ops` listener has no token: kubelet and Prometheus ask under whatever name or address they know. */
export const opsGuard: Guard = async () => anonymous

/** Guard of the admin listener. Loopback is no credential: any process or web page on the machine comes from there. */
export function adminGuard(
  host: Pick<AdminHost, 'store' | 'identify' | 'refused'>,
  listenHost: string,
  openMetricsTo: readonly string[],
  door: SecureDoor | null,
): Guard {
  const metricsNetworks = new NetworkSet(openMetricsTo)
  return async (request, needs) => {
    if (!isOwnHost(request, listenHost, door)) return problemWith(codes.ADMIN_HOST_REFUSED)
    const address = request.socket.remoteAddress ?? ''
    const certificate = door?.certificateOf(request.socket) ?? null
    // It was trusted in the handshake, and may have ended since.
    if (door?.required === true && certificate?.problem !== null) {
      host.refused({ address, caller: null, reason: certificate?.problem ?? 'no certificate was shown' })
      return problemWith(codes.CERTIFICATE_REQUIRED)
    }
    // Browsers name the page that sends a change. None of ours does, whatever credential its browser adds (CSRF).
    if (request.method !== 'GET' && request.method !== 'HEAD' && request.headers.origin !== undefined)
      return problemWith(codes.ADMIN_ORIGIN_REFUSED)
    if (needs === 'open') return anonymous
    // The socket's address: a header is written by whoever sends it (T54).
    if (needs === 'metrics' && metricsNetworks.has(address)) return anonymous
    const caller = isOfPage(request)
      ? ofPage
      : await proven(request, address, host, { secure: door !== null, certificate })
    if ('problem' in caller) {
      host.refused({ address, caller: caller.name, reason: caller.reason })
      return caller.problem
    }
    if (needs === 'known' || may(caller.role, needs === 'metrics' ? 'view' : needs))
      return { kind: 'admitted', caller }
    const reason = `the role ${caller.role} does not include ${needs === 'metrics' ? 'view' : needs}`
    host.refused({ address, caller: caller.name, reason })
    return problemWith(codes.ADMIN_NOT_ALLOWED, { detail: `The role ${caller.role} does not include this.` })
  }
}

/** Why there is no caller: what the client is told, and what the audit log is. */
interface Unproven {
  readonly problem: Problem
  /** Who it is, where that is proven; null for nobody. */
  readonly name: string | null
  readonly reason: string
}

const ofPage: Unproven = {
  problem: problemWith(codes.ADMIN_ORIGIN_REFUSED),
  name: null,
  reason: 'a web page sent the request',
}

/** Who asks: the holder of an admin token, or a caller that `admin.callers` names. */
async function proven(
  request: IncomingMessage,
  address: string,
  host: Pick<AdminHost, 'store' | 'identify'>,
  connection: Pick<PresentedRequest, 'secure' | 'certificate'>,
): Promise<AdminCaller | Unproven> {
  const bearer = bearerToken(request)
  const token = bearer === null ? null : host.store.adminTokens.find(bearer)
  if (token !== null) return { name: `admin token ${token.name}`, role: token.role, address }
  const identified = await host.identify({
    method: request.method ?? '',
    path: pathOf(request),
    headers: headerLines(request),
    address,
    ...connection,
  })
  switch (identified.kind) {
    case 'caller':
      if (identified.role !== null) return { name: identified.name, role: identified.role, address }
      return {
        problem: problemWith(codes.ADMIN_NOT_ALLOWED, {
          detail: 'No rule of `admin.callers` gives you a role.',
        }),
        name: identified.name,
        reason: 'no rule of `admin.callers` gives a role',
      }
    case 'refused':
      return { problem: problemWith(identified.code), name: null, reason: identified.reason }
    case 'nothing':
      if (bearer === null) return unproven('no credential that is known here')
      await sleep(wrongTokenDelayMs)
      return unproven('no admin token is this, or it has ended')
    case 'wrong':
      await sleep(wrongTokenDelayMs)
      return unproven(identified.reason)
  }
}

/**
 * Browsers add certificates and passwords by themselves, also for a page that has taken over a name which a wildcard of
 * our certificate covers. They say so, and scripts cannot change it (Fetch Metadata); what a person typed is `none`.
 */
function isOfPage({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site']
  return site !== undefined && site !== 'none'
}

function unproven(reason: string): Unproven {
  const challenge = { 'WWW-Authenticate': 'Bearer realm="sallyport admin"' }
  return { problem: problemWith(codes.ADMIN_TOKEN_REQUIRED, {}, challenge), name: null, reason }
}

/** Exactly one `Authorization: Bearer` with characters of a token (RFC 6750 §2.1). */
function bearerToken(request: IncomingMessage): string | null {
  const values = request.headersDistinct['authorization'] ?? []
  if (values.length !== 1) return null
  return /^Bearer ([A-Za-z0-9._~+/-]{1,256}=*)$/i.exec(values[0]!)?.[1] ?? null
}

function pathOf({ url = '' }: IncomingMessage): string {
  const mark = url.indexOf('?')
  return mark === -1 ? url : url.slice(0, mark)
}

function headerLines({ rawHeaders }: IncomingMessage): (readonly [string, string])[] {
  const lines: (readonly [string, string])[] = []
  for (let i = 0; i + 1 < rawHeaders.length; i += 2)
    lines.push([rawHeaders[i]!.toLowerCase(), rawHeaders[i + 1]!])
  return lines
}
