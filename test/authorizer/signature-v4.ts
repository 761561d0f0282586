import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** A request as a server of AWS sees it. */
export interface SignedRequest {
  readonly method: string
  /** Path and query as they came. */
  readonly target: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

/** Whose signatures are right. */
export interface Verifier {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly region: string
  readonly service: string
  /** Milliseconds since 1970. */
  readonly now: number
}

const hex = (text: string): string => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
const form =
  /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/([0-9]{8})\/([^/,]+)\/([^/,]+)\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/

/** What is wrong with the signature of a request; null when it is right. Written from "Create a signed AWS API request". */
export function signatureProblem(request: SignedRequest, verifier: Verifier): string | null {
  const { headers } = request
  const parts = form.exec(headers['authorization'] ?? '')
  if (parts === null) return 'MissingAuthenticationToken'
  const [, keyId, day, region, service, signedHeaders, signature] = parts
  const date = headers['x-amz-date'] ?? ''
  const time = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date)
  if (time === null || date.slice(0, 8) !== day) return 'the date is not that of the scope'
  const [year, month, ofMonth, hours, minutes, seconds] = time.slice(1).map(Number)
  const at = Date.UTC(year!, month! - 1, ofMonth, hours, minutes, seconds)
  if (Math.abs(at - verifier.now) > 5 * 60_000) return 'the signature is not of now'
  if (keyId !== verifier.accessKeyId) return 'UnrecognizedClientException'
  if (region !== verifier.region || service !== verifier.service) return 'the scope is another'
  if (headers['x-amz-security-token'] !== verifier.sessionToken) return 'the security token is wrong'
  const names = signedHeaders!.split(';')
  const needed = ['host', ...Object.keys(headers).filter((name) => name.startsWith('x-amz-'))]
  if (!needed.every((name) => names.includes(name))) return 'a header that must be signed is not'
  const question = request.target.indexOf('?')
  const [path, query] =
    question < 0
      ? [request.target, '']
      : [request.target.slice(0, question), request.target.slice(question + 1)]
  const canonical = [
    request.method,
    // Each segment is encoded once more, for every service but S3.
    path.split('/').map(encode).join('/'),
    query
      .split('&')
      .filter((one) => one !== '')
      .map((one) => (one.includes('=') ? one : `${one}=`))
      .sort()
      .join('&'),
    ...names.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders,
    hex(request.body),
  ].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', date, `${day}/${region}/${service}/aws4_request`, hex(canonical)].join(
    '\n',
  )
  const key = [region!, service!, 'aws4_request'].reduce(hmac, hmac(`AWS4${verifier.secretAccessKey}`, day!))
  const right = hmac(key, toSign)
  return timingSafeEqual(right, Buffer.from(signature!, 'hex')) ? null : 'the signature is wrong'
}
