import type { ServerResponse } from 'node:http'
import type { Code } from '../codes.ts'
import { problem } from '../gateway/respond.ts'

export interface Page {
  readonly kind: 'page'
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/** A refusal as problem details (RFC 9457). `members` are shown to callers with the token only. */
export interface Problem {
  readonly kind: 'problem'
  readonly code: Code
  readonly members: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>
}

export function page(status: number, contentType: string, body: string): Page {
  return { kind: 'page', status, contentType, body }
}

export function json(status: number, value: unknown): Page {
  return page(status, 'application/json', `${JSON.stringify(value)}\n`)
}

export function problemWith(
  code: Code,
  members: Problem['members'] = {},
  headers: Problem['headers'] = {},
): Problem {
  return { kind: 'problem', code, members, headers }
}

/**
 * Nothing here is for caches, for guessing types, for frames or for pages of other origins; there is no CORS, so a
 * browser shows no other origin what it fetched.
 */
const fixedHeaders = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const

/** Sends the answer. `close` where a body was left unread: what follows on the connection could be anything. */
export function send(response: ServerResponse, id: string, reply: Page | Problem, close: boolean): void {
  const body = reply.kind === 'page' ? reply.body : problemBody(reply, id)
  response.writeHead(reply.kind === 'page' ? reply.status : reply.code.status, {
    ...fixedHeaders,
    ...(reply.kind === 'problem' ? reply.headers : {}),
    ...(close ? { Connection: 'close' } : {}),
    'Content-Length': Buffer.byteLength(body),
    'Content-Type': reply.kind === 'page' ? reply.contentType : 'application/problem+json',
    'X-Request-Id': id,
  })
  response.end(body)
}

function problemBody(reply: Problem, id: string): string {
  const base = problem(reply.code, id)
  if (Object.keys(reply.members).length === 0) return base
  const members: unknown = JSON.parse(base)
  return JSON.stringify(Object.assign({}, members, reply.members))
}
