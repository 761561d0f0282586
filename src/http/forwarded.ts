import type { Fields } from '../engines/http1/fields.ts'
import { id } from '../engines/http1/names.ts'
import { formatAddress, parseAddress } from '../engines/networks/address.ts'
import type { NetworkSet } from '../engines/networks/network-set.ts'

/**
 * Fields by which proxies and frameworks override what a request is: its address, host, path, method or certificate. From a client
 * they are claims, and each was somebody's vulnerability (T19–T23, T30). The gateway takes them all out and writes
 * `X-Forwarded-For`, `-Proto` and `-Host` itself from what it verified.
 */
const overriding: ReadonlySet<string> = new Set([
  'forwarded',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'fastly-client-ip',
  'x-host',
  'x-rewrite-url',
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
  'x-forwarded',
  'x-proxyuser-ip',
  'x-remote-addr',
  'x-remote-ip',
  'x-remote-user',
  'client-ip',
  'x-azure-clientip',
  'x-azure-socketip',
  'x-url-scheme',
  'front-end-https',
  'x-scheme',
  'x-ssl',
  'x-arr-ssl',
  'proxy',
  'x-userinfo',
  'x-id-token',
  'x-access-token-payload',
  'x-authenticated-userid',
  'x-consumer-id',
  'x-consumer-username',
  'x-credential-identifier',
  'x-anonymous-consumer',
  'client-cert',
  'client-cert-chain',
  'ssl-client-cert',
  'ssl-client-verify',
  'ssl-client-subject-dn',
  'ssl-client-issuer-dn',
  'x-arr-clientcert',
])
const overridingPrefixes = [
  'x-forwarded-',
  'x-envoy-',
  'x-original-',
  'x-middleware-',
  'x-sallyport-',
  'x-ssl-client-',
  'x-amzn-mtls-',
  'x-client-cert',
] as const

/** Whether a field says what only the gateway may say. */
export function isOverriding(name: string): boolean {
  if (overriding.has(name)) return true
  if (name.charCodeAt(0) !== 120 /* x */) return false
  for (const prefix of overridingPrefixes) if (name.startsWith(prefix)) return true
  return false
}

/** Takes out what only the gateway may say. */
export function stripOverriding(fields: Fields): void {
  const { names } = fields
  for (let i = names.length - 1; i >= 0; i--) if (isOverriding(names[i]!)) fields.removeAt(i)
}

/** The route a request took, as far as it can be verified. */
export interface Route {
  /** The client's address, in canonical text. */
  readonly client: string
  /** Value of `X-Forwarded-For` towards the upstream: the client and the trusted proxies after it. */
  readonly forwardedFor: string
}

/**
 * The trusted-proxy rule: from the socket's address leftwards through `X-Forwarded-For`, as long as the hop that
 * reported an address is trusted. The first untrusted address is the client; what stands left of it is only claimed.
 */
export function routeOf(peer: string, fields: Fields, trusted: NetworkSet): Route {
  if (!trusted.has(peer)) return { client: peer, forwardedFor: peer }
  const claimed = fields.get('x-forwarded-for')
  if (claimed === undefined) return { client: peer, forwardedFor: peer }
  const hops = claimed.slice(-2048).split(',')
  let client = peer
  let chain = peer
  for (let i = hops.length - 1; i >= 0; i--) {
    const address = parseAddress(hops[i]!.trim())
    // A hop that is no address ends what can be believed.
    if (address === null) break
    client = formatAddress(address)
    chain = `${client}, ${chain}`
    if (!trusted.has(client)) break
  }
  return { client, forwardedFor: chain }
}

/** Whether a trusted hop says that the client's connection to it was HTTPS. */
export function arrivedOverHttps(fields: Fields): boolean {
  let seen = false
  for (let i = 0; i < fields.numbers.length; i++) {
    if (fields.numbers[i] !== id.xForwardedProto) continue
    if (seen || fields.values[i]!.toLowerCase() !== 'https') return false
    seen = true
  }
  return seen
}
