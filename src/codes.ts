/**
 * The only table of denial and error codes of the product. Each entry says what the client is told (`status`
 * and `title`, never more), how loud the record is, and which page explains it. `docs/reference/codes.md` is
 * generated from here, and a test holds table, code and pages together in both directions.
 */

/** How loud a denial is in the gateway's own log. */
export type Level = 'info' | 'warn' | 'error'

/** One way in which a request ends without the upstream's answer. */
export interface Code {
  /** Stable name, sent to the client as `code`. */
  readonly code: string
  /** HTTP status of the reply. */
  readonly status: number
  /** Title of the problem document (RFC 9457). Tells nothing about the inside. */
  readonly title: string
  readonly level: Level
  /** For operators: what happened and what to do. Never sent to a client. */
  readonly help: string
}

/** Defines a code outside the built-in table, for policies written by others. */
export function defineCode(code: string, status: number, title: string, level: Level, help: string): Code {
  return Object.freeze({ code, status, title, level, help })
}

/** Status, title, level and help of each built-in code. */
export const codeTable = {
  // The wire: the message is not one that has exactly one reading (RFC 9110, RFC 9112).
  REQUEST_LINE_INVALID: [
    400,
    'Bad request',
    'warn',
    'The request line is not `METHOD SP target SP HTTP/1.x CRLF` (RFC 9112 §3).',
  ],
  HTTP_VERSION_UNSUPPORTED: [
    400,
    'Bad request',
    'warn',
    'Only HTTP/1.1 and HTTP/1.0 are spoken on this connection (RFC 9112 §2.3).',
  ],
  LINE_ENDING_INVALID: [
    400,
    'Bad request',
    'warn',
    'A line did not end in CRLF, or a CR or LF stood alone (RFC 9112 §2.2).',
  ],
  HEADER_INVALID: [
    400,
    'Bad request',
    'warn',
    'A header line has a forbidden character, space before the colon, or folding (RFC 9112 §5).',
  ],
  HEADER_DUPLICATE: [
    400,
    'Bad request',
    'warn',
    'A header that may be sent once was sent several times (RFC 9110 §5.3).',
  ],
  HEADER_NAME_AMBIGUOUS: [
    400,
    'Bad request',
    'warn',
    'A header name has `_` or `.`, which many services read as `-`. Declare it as a header parameter of the operation, or under `allow.headerNames` of the API.',
  ],
  FRAMING_AMBIGUOUS: [
    400,
    'Bad request',
    'warn',
    'Content-Length and Transfer-Encoding together, repeated or malformed: request smuggling (RFC 9112 §6.3).',
  ],
  CHUNK_INVALID: [400, 'Bad request', 'warn', 'The chunked body is malformed (RFC 9112 §7.1).'],
  TRAILER_INVALID: [
    400,
    'Bad request',
    'warn',
    'A trailer field is malformed or may not stand in a trailer (RFC 9110 §6.5.1).',
  ],
  BODY_NOT_EXPECTED: [
    400,
    'Bad request',
    'warn',
    'A GET or HEAD request carried a body that its operation does not declare (RFC 9110 §9.3.1).',
  ],
  BODY_INVALID: [
    400,
    'Bad request',
    'warn',
    'A body that a policy must judge has no reading, or more than one: it is no JSON, or has a name twice, characters or numbers that readers take differently, or is nested or filled beyond the limits.',
  ],
  HOST_INVALID: [
    400,
    'Bad request',
    'warn',
    'Host is missing, repeated, malformed, or contradicts the target (RFC 9112 §3.2).',
  ],
  TARGET_INVALID: [
    400,
    'Bad request',
    'warn',
    'The request target is not a path and query of visible ASCII characters (RFC 3986, RFC 9112 §3.2).',
  ],
  PATH_AMBIGUOUS: [
    400,
    'Bad request',
    'warn',
    'The path has more than one reading: dot segments, doubled or encoded slashes, backslash, semicolon, NUL, double or broken encoding. An API may allow single classes under `allow.path`.',
  ],
  EXPECTATION_UNKNOWN: [
    417,
    'Expectation failed',
    'warn',
    'Only `Expect: 100-continue` is known (RFC 9110 §10.1.1).',
  ],
  REQUEST_TIMEOUT: [
    408,
    'Request timeout',
    'warn',
    'The client was too slow with its request head. See `limits.headTimeout`.',
  ],
  BODY_TIMEOUT: [
    408,
    'Request timeout',
    'warn',
    'The client was too slow with its request body. See `limits.bodyIdleTimeout`.',
  ],
  BODY_TOO_LARGE: [
    413,
    'Content too large',
    'warn',
    'The body is larger than `limits.body` of the operation.',
  ],
  TARGET_TOO_LONG: [414, 'URI too long', 'warn', 'The request line is longer than `limits.requestLine`.'],
  HEADERS_TOO_LARGE: [
    431,
    'Request header fields too large',
    'warn',
    'More header fields or bytes than `limits.headerCount` and `limits.headers` allow.',
  ],
  HOST_MISDIRECTED: [
    421,
    'Misdirected request',
    'warn',
    'The certificate of this connection does not cover the requested host (RFC 9110 §15.5.20). See `misdirected` of the listener.',
  ],
  CLIENT_CLOSED: [
    499,
    'Client closed the connection',
    'info',
    'The client went away before the whole answer was sent. Stands in the record only, beside the status that was sent, if any.',
  ],
  CLEAR_TEXT_REFUSED: [
    403,
    'HTTPS required',
    'warn',
    'A request in clear text that is no GET or HEAD: what it carried has already leaked, and is not redirected.',
  ],
  BALANCER_REQUIRED: [
    403,
    'HTTPS required',
    'warn',
    'A clear-text listener answers only its listed balancers, and only requests that arrived there over HTTPS. See `clearTextFrom`.',
  ],
  // Routing
  PATH_UNDECLARED: [404, 'Not found', 'info', 'No API declares this path.'],
  METHOD_UNDECLARED: [
    405,
    'Method not allowed',
    'info',
    'The path is declared, the method is not. `Allow` names those that are.',
  ],
  // Policies
  BODY_UNREADABLE: [
    415,
    'Unsupported media type',
    'warn',
    'A body that a policy must judge is not JSON in UTF-8, or has a content coding that is not known. It is refused, never passed unjudged.',
  ],
  ACCESS_DENIED: [
    403,
    'Forbidden',
    'info',
    'A rule of `require.access` denies it, or none allows it. `sallyport explain --why-not` names the nearest that would.',
  ],
  OBJECT_NOT_FOUND: [
    404,
    'Not found',
    'info',
    "The object is another's, or there is none: `objects` answers both alike. The record says which.",
  ],
  OBJECT_FORBIDDEN: [
    403,
    'Forbidden',
    'warn',
    "`objects` refuses it: the request names another owner than the caller, or sets a field that the caller may not set; or the object is another's, under `others: forbid`.",
  ],
  OBJECT_UNREADABLE: [
    502,
    'Bad gateway',
    'error',
    'The object was to be read before the request, and the service did not answer with it. Nothing was changed.',
  ],
  SCOPE_MISSING: [
    403,
    'Forbidden',
    'info',
    'The caller is proven and lacks a scope that the operation asks for: `require.scopes`, or `security` of the document.',
  ],
  ROLE_MISSING: [403, 'Forbidden', 'info', 'The caller is proven and has no role of `require.roles`.'],
  RESOURCE_POLICY_DENIED: [
    403,
    'Forbidden',
    'info',
    'A statement of `require.resource-policy` denies, or none of those that must allow does.',
  ],
  ADDRESS_REFUSED: [403, 'Forbidden', 'warn', 'The client address is not in `require.addresses`.'],
  AUTHORIZER_DENIED: [403, 'Forbidden', 'info', 'The authorizer of `require.authorizer` denies the request.'],
  AUTHORIZER_CREDENTIALS: [
    401,
    'Unauthorized',
    'info',
    'The authorizer of `require.authorizer` takes the credential of the request for none, or the request lacks the header that it reads.',
  ],
  AUTHORIZER_FAILED: [
    503,
    'Service unavailable',
    'error',
    'The authorizer of `require.authorizer` did not decide: it cannot be asked, answers late, or not as its kind says. See `/status` of the admin API for the last error.',
  ],
  CREDENTIALS_MISSING: [
    401,
    'Unauthorized',
    'info',
    'The operation asks for authentication and the request has no credential of a kind it accepts.',
  ],
  CREDENTIALS_UNKNOWN: [
    401,
    'Unauthorized',
    'warn',
    'The request carries a credential that several identities read the place of, and none of them takes. The record has what each of them found.',
  ],
  CREDENTIALS_CONFLICT: [
    401,
    'Unauthorized',
    'warn',
    'The request carries credentials of two different callers, and no identity list asks for both together.',
  ],
  PASSWORD_WRONG: [
    401,
    'Unauthorized',
    'warn',
    'The name and password are not those of an account, or the header that carries them is malformed.',
  ],
  LOGIN_THROTTLED: [
    429,
    'Too Many Requests',
    'warn',
    'Log-ins of this account, or from this address, have failed so often that the next try must wait.',
  ],
  LOGIN_BUSY: [
    503,
    'Service Unavailable',
    'warn',
    'More passwords are being checked than the gateway does at once. Passwords proven before are not affected.',
  ],
  API_KEY_INVALID: [
    401,
    'Unauthorized',
    'warn',
    'The API key is unknown, revoked, expired, not for this address, or was sent twice.',
  ],
  TOKEN_INVALID: [
    401,
    'Unauthorized',
    'warn',
    'The token is malformed, of another issuer, for another API, or not signed by a key of its issuer. The reason in the record names the likely mistake.',
  ],
  TOKEN_EXPIRED: [
    401,
    'Unauthorized',
    'info',
    'The token says that its time is over. Its signature was not looked at: `exp` is what the sender wrote.',
  ],
  TOKEN_REVOKED: [
    401,
    'Unauthorized',
    'warn',
    'The token is genuine, and it, its caller, session or key was revoked.',
  ],
  TOKEN_NOT_ALLOWED: [
    403,
    'Forbidden',
    'warn',
    'The token is genuine, and its claims are not what the identity asks for. A new token would be the same.',
  ],
  SERVICE_TOKEN_UNAVAILABLE: [
    503,
    'Service Unavailable',
    'error',
    'The gateway has no token for the service: the provider gives none, or cannot be asked.',
  ],
  INTROSPECTION_UNAVAILABLE: [
    503,
    'Service Unavailable',
    'error',
    'The provider that knows whether the token is live cannot be asked, or does not answer as RFC 7662 says.',
  ],
  SESSION_ENDED: [
    401,
    'Unauthorized',
    'info',
    'The session cookie is that of a log-in which has ended, was revoked, or never was. A browser that goes to a page is sent to log in instead.',
  ],
  LOGIN_INVALID: [
    400,
    'Bad request',
    'warn',
    'A browser came back from a provider without a log-in that it had begun: it took too long, its cookie is lost, or another site sent it (log-in CSRF).',
  ],
  LOGIN_REFUSED: [
    403,
    'Forbidden',
    'warn',
    'The provider refused the log-in, or what it sent proves nobody who may come in. The reason in the record says which.',
  ],
  LOGIN_REPEATED: [
    429,
    'Too Many Requests',
    'warn',
    'One person logged in more than ten times within a minute: a loop, in which a service or a browser takes each new session for none.',
  ],
  LOGOUT_REFUSED: [
    403,
    'Forbidden',
    'warn',
    'The log-out does not come from a page of this host. Another site must not log people out.',
  ],
  LOGOUT_TOKEN_INVALID: [
    400,
    'Bad request',
    'warn',
    'The log-out that a provider told of is not proven to be its own, or names no session.',
  ],
  PROVIDER_UNAVAILABLE: [
    503,
    'Service unavailable',
    'error',
    'The provider cannot be asked, so nobody can log in. Sessions go on. See `/status` of the admin API for the last error.',
  ],
  CSRF_REFUSED: [
    403,
    'Forbidden',
    'warn',
    'A browser sent the credential along by itself, for a request that may change something and does not come from a page of this origin. See `csrf`.',
  ],
  KEYS_UNAVAILABLE: [
    503,
    'Service unavailable',
    'error',
    'The keys of the issuer cannot be had, so its tokens cannot be judged. See `/status` of the admin API for the last error.',
  ],
  CERTIFICATE_REQUIRED: [
    403,
    'Client certificate required',
    'warn',
    'The listener demands a trusted client certificate, and the request came without one. See `clientCertificates` of the listener.',
  ],
  CERTIFICATE_REFUSED: [
    401,
    'Unauthorized',
    'warn',
    'The client certificate is not trusted, not valid now, not for clients, or revoked. The record says which.',
  ],
  CERTIFICATE_UNKNOWN: [
    401,
    'Unauthorized',
    'warn',
    'The client certificate is trusted, and its names are not those of a caller. See `names` of the identity.',
  ],
  CORS_REFUSED: [
    403,
    'Forbidden',
    'info',
    'The preflight asks for an origin, method or header that `cors` does not allow.',
  ],
  CALLER_TOKEN_UNAVAILABLE: [
    503,
    'Service unavailable',
    'error',
    'There is no key yet to sign the caller for the service with, and unsigned it is not passed on. See `/status` of the admin API.',
  ],
  CALLER_TOKEN_REFUSED: [
    403,
    'Forbidden',
    'warn',
    'What is proven of the caller cannot be told to the service: it is too large, or a text of it has no safe form. See `caller-token`.',
  ],
  // The gateway itself
  POLICY_FAILED: [
    500,
    'Internal server error',
    'error',
    'A policy threw, rejected, or did not decide in time; its `onError` says deny.',
  ],
  INTERNAL_ERROR: [
    500,
    'Internal server error',
    'error',
    'The gateway failed while it handled this request. Please report it with the request id.',
  ],
  THREAD_LOST: [
    500,
    'Internal server error',
    'error',
    'The data thread that held this request ended before it was answered. Stands in the record only.',
  ],
  DRAINING: [
    503,
    'Service unavailable',
    'info',
    'The gateway is shutting down and the deadline for requests in flight has passed.',
  ],
  // Upstream
  UPSTREAM_UNREACHABLE: [502, 'Bad gateway', 'error', 'No target of the service could be connected.'],
  BODY_UNJUDGED: [
    503,
    'Service unavailable',
    'error',
    'A policy must judge the body, and the memory for what clients hold is spent.',
  ],
  ANSWER_UNREADABLE: [
    502,
    'Bad gateway',
    'error',
    'A policy must judge the answer of the service, and it is too large to be held, or not JSON with one reading.',
  ],
  UPSTREAM_TLS: [
    502,
    'Bad gateway',
    'error',
    'The certificate of the target did not verify. See `tls` of the service.',
  ],
  UPSTREAM_CLOSED: [502, 'Bad gateway', 'error', 'The target closed the connection before a whole answer.'],
  UPSTREAM_RESPONSE_INVALID: [
    502,
    'Bad gateway',
    'error',
    'The answer of the target is not valid HTTP/1.1, or has more than one reading.',
  ],
  UPSTREAM_BUSY: [
    503,
    'Service unavailable',
    'warn',
    'All connections to the service are in use and its queue is full. See `connections` and `queue` of the service.',
  ],
  UPSTREAM_CONNECT_TIMEOUT: [
    504,
    'Gateway timeout',
    'error',
    'No target of the service accepted a connection in time. See `timeouts.connect`.',
  ],
  UPSTREAM_TIMEOUT: [
    504,
    'Gateway timeout',
    'error',
    'The target did not answer in time. See `timeouts.response`.',
  ],
  // Admin listener
  ADMIN_TOKEN_REQUIRED: [
    401,
    'Unauthorized',
    'warn',
    'The admin API needs a token as `Authorization: Bearer`; loopback is no credential.',
  ],
  ADMIN_HOST_REFUSED: [
    421,
    'Misdirected request',
    'warn',
    'The admin listener was asked under a name that is neither loopback, nor its own address, nor in its certificate: DNS rebinding from a browser, or a proxy that passes another Host on.',
  ],
  ADMIN_ORIGIN_REFUSED: [
    403,
    'Forbidden',
    'warn',
    'A change came with an `Origin` header, or a request with `Sec-Fetch-Site`: from a web page, in the browser of somebody who may do it.',
  ],
  ADMIN_NOT_ALLOWED: [
    403,
    'Forbidden',
    'warn',
    'The caller is known, and its role does not include this, or no rule of `admin.callers` gives it one.',
  ],
  ADMIN_NOT_FOUND: [
    404,
    'Not found',
    'info',
    'What the admin API was asked to change is not there any more.',
  ],
  ADMIN_REQUEST_INVALID: [
    400,
    'Bad request',
    'warn',
    'The admin API did not understand the request; `detail` says what is missing.',
  ],
  RELOAD_REFUSED: [
    422,
    'Configuration refused',
    'warn',
    'The new configuration has problems, listed in the answer. The one before it keeps serving.',
  ],
} as const

/** Name of a built-in code. */
export type CodeName = keyof typeof codeTable

/** The built-in codes by name. */
export const codes: Readonly<Record<CodeName, Code>> = Object.fromEntries(
  Object.entries(codeTable).map(([code, [status, title, level, help]]) => [
    code,
    defineCode(code, status, title, level, help),
  ]),
) as Record<CodeName, Code>
