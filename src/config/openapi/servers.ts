import type { Findings } from './findings.ts'
import { objectOf, type Place, sourceOf, textOf } from './place.ts'
import type { References } from './references.ts'

/** What `servers` tells: where the API is mounted, and where it may be found. */
export interface Servers {
  readonly basePaths: readonly string[]
  readonly origins: readonly string[]
}

/** Stands in for the document's own address, which is not known, so that relative servers resolve. */
const NOWHERE = 'https://document.invalid'

/** Reads `servers`: variables by their defaults, relative addresses from the root, no trailing slash. */
export function readServers(root: Place, references: References, findings: Findings): Servers {
  const basePaths = new Set<string>()
  const origins = new Set<string>()
  const list = references.get(root, 'servers', 'note')
  const count = Array.isArray(list?.value) ? list.value.length : 0
  for (let index = 0; index < count; index++) {
    const server = references.get(list!, index, 'note')
    const url = server === undefined ? undefined : serverUrl(server)
    if (url === undefined) {
      if (server !== undefined)
        findings.note(sourceOf(server), 'This server is not a usable http or https address and was left out.')
      continue
    }
    // A base path in a variable often brings its own slash: `https://a.example/{base}` with `/v1`.
    basePaths.add(url.pathname.replaceAll(/\/{2,}/g, '/').replace(/\/$/, ''))
    if (url.origin !== NOWHERE) origins.add(url.origin)
    if (url.search !== '' || url.hash !== '') {
      findings.note(
        sourceOf(server!),
        'Query and fragment of a server address mean nothing and were left out.',
      )
    }
  }
  return { basePaths: basePaths.size === 0 ? [''] : [...basePaths], origins: [...origins] }
}

/** `servers` of the root, of a path or of an operation as comparable text; undefined when it has none. */
export function serversText(place: Place): string | undefined {
  const own = objectOf(place.value)?.['servers']
  return Array.isArray(own) ? JSON.stringify(own) : undefined
}

function serverUrl(server: Place): URL | undefined {
  const { url, variables } = objectOf(server.value) ?? {}
  if (typeof url !== 'string') return undefined
  const defaults = objectOf(variables) ?? {}
  const filled = url.replace(/\{([^{}]{1,200})\}/g, (whole, name: string) => {
    const value = Object.hasOwn(defaults, name) ? objectOf(defaults[name])?.['default'] : undefined
    return typeof value === 'number' ? String(value) : textOf(value) || (value === '' ? '' : whole)
  })
  if (/[{}\\]/.test(filled) || !URL.canParse(filled, NOWHERE)) return undefined
  const parsed = new URL(filled, NOWHERE)
  return parsed.protocol === 'https:' || parsed.protocol === 'http:' ? parsed : undefined
}
