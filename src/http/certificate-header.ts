import type { CertificateHeader } from '../config/spec.ts'
import type { Fields } from '../engines/http1/fields.ts'
import { pemBlocks } from '../engines/x509/pem.ts'

/** A certificate with those that came along with it, in DER. */
export interface SentCertificate {
  readonly leaf: Buffer
  readonly between: readonly Buffer[]
}

/** Longest value that is read: five certificates of RSA keys in their longest form. */
const longestValue = 32_768

/**
 * Reads the header by which a balancer that ends TLS tells the certificate of its client: null when there is none, a
 * reason when it has not exactly one reading. Who may send it, and whether the certificate holds, is decided elsewhere.
 */
export function readCertificateHeader(
  name: CertificateHeader,
  fields: Fields,
): SentCertificate | string | null {
  const value = fields.get(name)
  if (value === undefined) return null
  if (fields.lines(name) > 1) return `${name} was sent several times`
  if (value.length > longestValue) return `${name} is too long`
  const chain = name === 'client-cert' ? fields.get('client-cert-chain') : undefined
  const [leaf, ...between] = certificatesOf(name, value, chain) ?? []
  return leaf === undefined ? `${name} is malformed` : { leaf, between }
}

function certificatesOf(name: CertificateHeader, value: string, chain: string | undefined): Buffer[] | null {
  switch (name) {
    case 'client-cert':
      return chain === undefined ? all([binaryItem(value)]) : binaryList(`${value},${chain}`)
    case 'x-forwarded-client-cert':
      return envoyElement(value)
    case 'x-forwarded-tls-client-cert':
      return all((unescaped(value) ?? '').split(',').map(base64))
    default:
      return escapedPem(value)
  }
}

/** RFC 9440 §2.2, §2.3: items are byte sequences of RFC 9651, without parameters. */
function binaryList(value: string): Buffer[] | null {
  return value.length > longestValue ? null : all(value.split(',').map((item) => binaryItem(item.trim())))
}

function binaryItem(item: string): Buffer | null {
  const [, text] = /^:([A-Za-z0-9+/=]+):$/.exec(item) ?? []
  return text === undefined ? null : base64(text)
}

/** PEM with percent escapes: nginx `$ssl_client_escaped_cert`, AWS, ingress-nginx. `+` stands for itself. */
function escapedPem(value: string): Buffer[] | null {
  const text = unescaped(value)
  return text?.startsWith('-----BEGIN CERTIFICATE-----')
    ? pemBlocks(Buffer.from(text, 'latin1'), ['CERTIFICATE'])
    : null
}

/**
 * Envoy's `key=value;…`. Several elements mean that a proxy before it, or the client, wrote one too: which counts would
 * depend on who reads (Envoy: `forward_client_cert_details: SANITIZE_SET`).
 */
function envoyElement(value: string): Buffer[] | null {
  let cert: string | null = null
  let chain: string | null = null
  let at = 0
  while (at < value.length) {
    const equals = value.indexOf('=', at)
    if (equals < 0) return null
    const key = value.slice(at, equals).trim().toLowerCase()
    const quoted = value[equals + 1] === '"'
    let end = quoted ? equals + 2 : equals + 1
    if (quoted) {
      while (end < value.length && value[end] !== '"') end += value[end] === '\\' ? 2 : 1
      if (value[end] !== '"') return null
    } else while (end < value.length && value[end] !== ';' && value[end] !== ',') end++
    const text = quoted ? value.slice(equals + 2, end++) : value.slice(equals + 1, end)
    if (end < value.length && value[end] !== ';') return null
    at = end + 1
    if (key === 'cert' && cert === null) cert = text
    else if (key === 'chain' && chain === null) chain = text
    else if (key === 'cert' || key === 'chain') return null
  }
  const leaf = cert === null ? null : escapedPem(cert)
  if (leaf?.length !== 1) return null
  if (chain === null) return leaf
  const others = escapedPem(chain)
  return others === null ? null : [...leaf, ...others.filter((one) => !one.equals(leaf[0]!))]
}

function unescaped(value: string): string | null {
  try {
    return decodeURIComponent(value)
  } catch {
    return null
  }
}

/** Strict: Node's decoder skips what it does not know. */
function base64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : null
}

function all(parts: readonly (Buffer | null)[]): Buffer[] | null {
  const whole = parts.filter((part) => part !== null)
  return whole.length === parts.length ? whole : null
}
