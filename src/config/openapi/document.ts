import type { Source } from '../spec.ts'

/** One alternative of an OpenAPI `security` list: all of these schemes together. Empty means "no credential". */
export type SecurityAlternative = readonly { readonly scheme: string; readonly scopes: readonly string[] }[]

export interface SecurityScheme {
  readonly name: string
  readonly type: 'apiKey' | 'http' | 'oauth2' | 'openIdConnect' | 'mutualTLS'
  /** For `apiKey`: where and under which name. */
  readonly in: 'header' | 'query' | 'cookie' | null
  readonly parameter: string | null
  /** For `http`: `bearer`, `basic`, … in lower case. */
  readonly httpScheme: string | null
}

export interface DocumentOperation {
  readonly id: string | null
  /** Upper case. */
  readonly method: string
  /** As in the document: `/orders/{orderId}`. */
  readonly template: string
  readonly tags: readonly string[]
  /** null when the operation says nothing and the document's root applies; `[]` when it says "none". */
  readonly security: readonly SecurityAlternative[] | null
  readonly bodyDeclared: boolean
  /** Names of header parameters, lower case. */
  readonly headerNames: readonly string[]
  /** Where the operation stands. Positions are computed on first use: most loads never ask. */
  locate(): Source
}

/** Something about a document that a user should know and that did not stop it from loading. */
export interface DocumentNote {
  readonly source: Source
  readonly message: string
}

/** What the gateway reads of an OpenAPI 3.0, 3.1 or 3.2 document (or a Swagger 2.0 one, converted). */
export interface ApiDocument {
  /** Absolute path. */
  readonly file: string
  /** All files read, external references included; absolute. */
  readonly files: readonly string[]
  /** Version of the specification the document is written in, as it says: `3.1.0`, `2.0`. */
  readonly version: string
  readonly title: string
  /** Version of the described API (`info.version`); '' when the document does not say. */
  readonly apiVersion: string
  /** Path parts of `servers`, without a trailing slash: `['/v1']`; `['']` when there is none. */
  readonly basePaths: readonly string[]
  /** Absolute http(s) origins of `servers`, as written: hints for `init`, never called. */
  readonly origins: readonly string[]
  readonly securitySchemes: readonly SecurityScheme[]
  readonly security: readonly SecurityAlternative[] | null
  readonly operations: readonly DocumentOperation[]
  /** What the reader left out or read with a grain of salt. Nothing in here ever opens an operation. */
  readonly notes: readonly DocumentNote[]
  /** Where something at this path of keys stands: `locate(['components', 'securitySchemes', 'key'])`. */
  locate(path: readonly (string | number)[]): Source
}
