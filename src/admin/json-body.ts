import type { IncomingMessage } from 'node:http'
import type { z } from 'zod'
import { codes } from '../codes.ts'
import { type Complaint, complaintsOf } from '../config/schema/issues.ts'
import { type Problem, problemWith } from './reply.ts'

/** Largest body of a request, in bytes. */
export const mostBodyBytes = 65_536
/** What is quoted of a request may be as long as the body. */
const longestDetail = 500

/** Reads the body; null when it is too large or the client goes away. */
export async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > mostBodyBytes) return null
  const parts: Buffer[] = []
  let bytes = 0
  // Not `for await`: leaving that early would destroy the socket before it is told why.
  request.on('data', (part: Buffer) => {
    bytes += part.length
    if (bytes > mostBodyBytes) request.pause()
    else parts.push(part)
  })
  return await new Promise((resolve) => {
    request.on('pause', () => resolve(null))
    request.on('end', () => resolve(Buffer.concat(parts)))
    request.on('error', () => resolve(null))
  })
}

/**
 * The value of a JSON body, or a sentence that says why there is none. The type is asked for exactly: what a page of
 * another origin may send without asking first (text, forms) is no JSON, whatever is in it.
 */
export function parseJson(
  request: IncomingMessage,
  body: Buffer,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly detail: string } {
  const type = request.headers['content-type'] ?? ''
  if (!/^application\/json(?: *; *charset=utf-8)?$/i.test(type.trim()))
    return { ok: false, detail: 'Send the body as `Content-Type: application/json`.' }
  try {
    return { ok: true, value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) }
  } catch {
    return { ok: false, detail: 'The body is no JSON in UTF-8.' }
  }
}

/** The body as the schema reads it, or the problem for whoever sent it. */
export function bodyAs<T>(
  schema: z.ZodType<T>,
  body: unknown,
): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem } {
  const parsed = schema.safeParse(body)
  if (parsed.success) return { ok: true, value: parsed.data }
  const [first] = complaintsOf(schema, body, parsed.error.issues)
  return { ok: false, problem: problemWith(codes.ADMIN_REQUEST_INVALID, { detail: sentenceOf(first) }) }
}

/** What is wrong, by the words in which mistakes of the configuration are told. */
function sentenceOf(complaint: Complaint | undefined): string {
  if (complaint === undefined) return 'The request is not what is expected.'
  const { path, key, message, remedy } = complaint
  const where = key || path.length === 0 ? '' : `\`${path.join('.')}\`: `
  const text = `${where}${message}. ${remedy}`
  return text.length > longestDetail ? `${text.slice(0, longestDetail)}…` : text
}
