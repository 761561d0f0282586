import type { ApiDocument } from '../config/openapi/document.ts'
import { sourceText } from '../config/render.ts'
import { printable } from '../observe/printable.ts'
import { openedByDocument, schemeText } from './init-configuration.ts'

/** Operations and remarks that are named one by one. */
const NAMED = 10

/** What was understood of a document: for the person who runs `sallyport init`. */
export function understoodText(document: ApiDocument, cwd: string): string {
  const { apiVersion, basePaths, operations, securitySchemes, title, version, notes } = document
  const kind = version.startsWith('2') ? 'Swagger' : 'OpenAPI'
  const base = basePaths[0] === '' ? '' : `, below ${printable(basePaths[0]!)}`
  const schemes = securitySchemes.map((scheme) => `${printable(scheme.name)} (${schemeText(scheme)})`)
  return [
    `${printable(title || 'Without a title')} ${printable(apiVersion)} (${kind} ${version})\n`,
    `  ${counted(operations.length, 'operation')}${base}\n`,
    `  security schemes: ${schemes.length === 0 ? 'none' : schemes.join(', ')}\n`,
    ...scopesText(document),
    ...listed(
      '  left out or corrected:',
      notes.map(({ source, message }) => `${sourceText(source, cwd)} ${printable(message)}`),
    ),
  ].join('')
}

/** Scopes that the document asks for: a key has none unless it is made with them. */
function scopesText({ operations, security }: ApiDocument): string[] {
  const asked = [...operations, { security }].flatMap((one) =>
    (one.security ?? []).flatMap((alternative) => alternative.flatMap(({ scopes }) => scopes)),
  )
  const names = [...new Set(asked)].map((scope) => printable(scope))
  if (names.length === 0) return []
  const more = names.length > NAMED ? `, … and ${names.length - NAMED} more` : ''
  return [`  scopes, which keys get with \`--scope\`: ${names.slice(0, NAMED).join(', ')}${more}\n`]
}

/** What the document leaves open, or says nothing about, and the configuration keeps closed. */
export function closedText(document: ApiDocument): string {
  const named = (operations: ApiDocument['operations']): string[] =>
    operations.map(({ method, template }) => printable(`${method} ${template}`))
  const open = new Set(openedByDocument(document))
  const rootIsOpen =
    document.security?.every((alternative) => alternative.length > 0) === false ||
    document.security?.length === 0
  const silent = document.operations.filter(
    ({ security }) => security === null && (document.security === null || rootIsOpen),
  )
  return [
    ...listed(
      'Kept closed, open in the document (an API key is asked for until you write `anonymous` and why):',
      named([...open]),
    ),
    ...listed('Kept closed, without security in the document (an API key is asked for):', named(silent)),
  ].join('')
}

function listed(heading: string, items: readonly string[]): string[] {
  if (items.length === 0) return []
  const more = items.length > NAMED ? [`    … and ${items.length - NAMED} more\n`] : []
  return [`${heading}\n`, ...items.slice(0, NAMED).map((item) => `    ${item}\n`), ...more]
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
