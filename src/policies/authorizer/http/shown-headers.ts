import type { AuthorizerEvent } from '../backend.ts'

/**
 * The headers of a question that goes out as an HTTP request: those of the client that are shown, and beside them, in
 * names that no client can send (`x-sallyport-…` and `x-forwarded-…` are taken from every request), what the gateway
 * knows. Structures are JSON in visible ASCII: roles joined by commas could be forged by one with a comma in it (T24).
 */
export function shownHeaders({ requestId, shown }: AuthorizerEvent): Record<string, string> {
  const { api, operation, route, pathParameters, caller, clientAddress } = shown
  return {
    ...shown.headers,
    'x-request-id': requestId,
    'x-sallyport-operation': asciiOnly({ api, operation, route, pathParameters }),
    ...(caller !== null && { 'x-sallyport-caller': asciiOnly(caller) }),
    'x-forwarded-proto': shown.secure ? 'https' : 'http',
    'x-forwarded-host': shown.host,
    ...(clientAddress !== null && { 'x-forwarded-for': clientAddress }),
  }
}

/** Path and query as they go into an address. */
export function targetOf({ path, query }: AuthorizerEvent['shown']): string {
  return query === '' ? path : `${path}?${query}`
}

function asciiOnly(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
