import type { ApiDocument, DocumentOperation, SecurityScheme } from '../config/openapi/document.ts'
import { printable } from '../observe/printable.ts'

/** What a first configuration is written from. */
export interface InitPlan {
  /** Name of the API and of its service. */
  readonly name: string
  readonly document: ApiDocument | null
  /** Path of the document from the folder of the configuration. */
  readonly documentPath: string
  readonly upstream: string
  /** Why this upstream, as the end of a comment. */
  readonly upstreamReason: string
  /** How commands name the configuration: '' for the default name, else ` -c FILE`. */
  readonly fileOption: string
}

/** Writes a configuration that starts as it is and tells a first reader what each part means. */
export function configurationText(plan: InitPlan): string {
  return `# Configuration of Sallyport, written by \`sallyport init\`. Nothing passes that is not allowed below.
#   sallyport check${plan.fileOption}                    what is wrong, and what is open
#   sallyport explain${plan.fileOption} GET /some/path   what would happen to a request, and the line that says so

# Where the gateway listens. \`:8443\` instead of \`127.0.0.1:8443\` means every interface, not this machine alone.
listeners:
  public:
    address: 127.0.0.1:8443
    tls:
      # A certificate from a small authority of the gateway's own, made at the first start. In production write
      #   certificates: [{ cert: ./tls/api.crt, key: ./tls/api.key }]
      local: [localhost, 127.0.0.1]
  redirect:
    # Serves nothing in clear text: it only sends browsers to the listener above.
    address: 127.0.0.1:8080
    redirectToHttps: true

# Health, metrics and explain. All but /healthz and /readyz ask for the admin token made at the first start.
admin:
  address: 127.0.0.1:9901

# What is behind the gateway. Several targets share the load.
services:
  ${yamlText(plan.name)}:
    # ${plan.upstreamReason}
    targets: [${yamlText(plan.upstream)}]

# Ways to prove who calls. Clients send their key in the header X-API-Key; it is never passed on.
#   sallyport keys create keys --owner NAME    makes one, shows it once, and stores a hash
identities:
  keys:
    type: api-key

# What may be called. Another path is answered with 404, another method with 405.
apis:
  ${yamlText(plan.name)}:
${plan.document === null ? exampleRoutes(plan) : documentBlock(plan, plan.document)}
# One line for each request: readable in a terminal, JSON elsewhere.
log: [stdout]
`
}

/** How the configuration names an operation of a document. */
export function operationName({ id, method, template }: DocumentOperation): string {
  return id === null || id.startsWith('tag:') || id.includes(' ') ? `${method} ${template}` : id
}

/** Operations whose own \`security\` lets them be called without a credential. */
export function openedByDocument(document: ApiDocument): readonly DocumentOperation[] {
  return document.operations.filter(
    ({ security }) => security?.length === 0 || security?.some((alternative) => alternative.length === 0),
  )
}

/** What clients would present for a scheme, for people. */
export function schemeText({ type, in: where, parameter, httpScheme }: SecurityScheme): string {
  switch (type) {
    case 'apiKey':
      return `an API key in the ${where === 'query' ? 'query parameter' : where} ${printable(parameter ?? '')}`
    case 'http':
      if (httpScheme === 'bearer') return 'bearer tokens'
      return httpScheme === 'basic'
        ? 'HTTP Basic passwords'
        : `the HTTP scheme ${printable(httpScheme ?? '')}`
    case 'oauth2':
      return 'OAuth 2.0 tokens'
    case 'openIdConnect':
      return 'OpenID Connect tokens'
    case 'mutualTLS':
      return 'client certificates'
  }
}

/** Whether an API key of the gateway is what the scheme means. */
export function isHeaderKey({ type, in: where }: SecurityScheme): boolean {
  return type === 'apiKey' && where === 'header'
}

function exampleRoutes({ name }: InitPlan): string {
  return `    service: ${yamlText(name)}
    # Any of these proves a caller.
    authenticate: [keys]
    # Every key may call everything. To tell callers apart write \`require: { scopes: [orders:read] }\` in its place, here
    # or for a route, and make keys with \`--scope\`: docs/authorization.md.
    authorize: any-authenticated-caller
    # With an OpenAPI document write \`openapi: ./openapi.yaml\` instead of routes.
    routes:
      "GET /hello": {}
      # "GET /orders/{orderId}": {}
      # Open access always has a reason:
      # "GET /status": { anonymous: "uptime checks have no key" }
`
}

function documentBlock({ name, documentPath }: InitPlan, document: ApiDocument): string {
  return `    # Its operations, and nothing else, may be called.
    openapi: ${yamlText(documentPath)}
    service: ${yamlText(name)}
${prefixComment(document)}    # Holds where the document does not say who may call.
    authenticate: [keys]
    # Every key may call every operation for which the document asks for no scopes. To tell callers apart write
    # \`require: { scopes: [orders:read] }\` in its place, here or for an operation, and make keys with \`--scope\`:
    # docs/authorization.md.
    authorize: any-authenticated-caller
${schemeLines(document)}${operationLines(document)}`
}

function prefixComment({ basePaths }: ApiDocument): string {
  const [first = '', ...others] = basePaths
  const more =
    others.length === 0 ? '' : ` (it also names ${others.map((path) => printable(path || '/')).join(', ')})`
  if (first === '' && more === '') return ''
  return `    # Paths begin with ${printable(first || '/')}, as \`servers\` of the document says${more}. To change it write
    #   prefix: /v1
`
}

function schemeLines({ securitySchemes }: ApiDocument): string {
  if (securitySchemes.length === 0) return ''
  const lines = securitySchemes.map(
    (scheme) => `${schemeComment(scheme)}      ${yamlText(scheme.name)}: keys\n`,
  )
  return `    # The security schemes of the document, and who is meant by each.
    securitySchemes:
${lines.join('')}`
}

function schemeComment(scheme: SecurityScheme): string {
  const text = schemeText(scheme)
  if (!isHeaderKey(scheme)) {
    return `      # ${text}: API keys stand in. For the real one make an identity: docs/authentication.md.\n`
  }
  return scheme.parameter?.toLowerCase() === 'x-api-key' ? '' : `      # ${text}; here it is X-API-Key.\n`
}

function operationLines(document: ApiDocument): string {
  const open = openedByDocument(document)
  if (open.length === 0) {
    return `    # Rules for single operations, by \`operationId\`, "METHOD /path" or "tag:name":
    # operations:
    #   getStatus: { anonymous: "uptime checks have no key" }
`
  }
  const lines = open.map(
    (operation) =>
      `      ${yamlText(operationName(operation))}:\n        authenticate: [keys]\n        # anonymous: "why everybody may call this"\n`,
  )
  return `    # The document leaves these open. Here they ask for a key until you write a reason: put \`anonymous\` in the
    # place of \`authenticate\` where one is right, and delete what needs no rule once the document asks for a key.
    operations:
${lines.join('')}`
}

/** A YAML scalar: plain where that has one reading, else in double quotes with everything else escaped. */
function yamlText(text: string): string {
  if (/^[A-Za-z][A-Za-z0-9_-]{0,200}$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text))
    return text
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
