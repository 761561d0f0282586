import { claimAt, claimPathOf } from '../../engines/claims/claim-path.ts'
import type { Caller } from '../../gateway/facts.ts'
import { plainValue } from './plain-value.ts'
import { type CallerTokenSettings, claimPrefix } from './settings.ts'

/** What is told of one caller, without what changes from token to token. */
export interface CallerContent {
  /** Members of the claims as JSON text, without the braces around them. */
  readonly claims: string
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** Most characters of the claims, and of the plain headers: services take heads of 8 to 16 KB, and have to read more than this. */
const mostCharacters = 4096

/** RFC 6749 §3.3. A scope with a space in it would be two when the service reads them. */
const scopeForm = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** Gives what says, for a caller, what is told of it; a text where that cannot be told, and why. */
export function contentOf(settings: CallerTokenSettings): (caller: Caller) => CallerContent | string {
  const selected = settings.claims.map((path) => [path, claimPathOf(path)] as const)
  const plain = Object.entries(settings.headers).map(
    ([name, source]) => [name.toLowerCase(), readerOf(source)] as const,
  )
  return (caller) => {
    const { id, identity, scopes, roles } = caller
    if (!scopes.every((scope) => scopeForm.test(scope))) return 'a scope of the caller is not a scope-token'
    const claims: { [path: string]: unknown } = Object.create(null)
    for (const [text, path] of selected) claims[text] = claimAt(caller.claims, path)
    const token = {
      sub: id,
      identity,
      scope: scopes.join(' '),
      roles,
      ...(selected.length > 0 && { claims }),
    }
    const members = JSON.stringify(token).slice(1, -1)
    const headers: [string, string][] = []
    let length = 0
    for (const [name, read] of plain) {
      const value = plainValue(read(caller))
      if (value === null) return `a text for the header ${name} is not well-formed`
      if (value === undefined) continue
      length += value.length
      headers.push([name, value])
    }
    if (members.length > mostCharacters || length > mostCharacters)
      return `the caller has more than ${mostCharacters} characters of claims, scopes and roles`
    return { claims: members, headers }
  }
}

function readerOf(source: string): (caller: Caller) => unknown {
  switch (source) {
    case 'id':
    case 'identity':
    case 'scopes':
    case 'roles':
      return (caller) => caller[source]
    default: {
      const path = claimPathOf(source.slice(claimPrefix.length))
      return (caller) => claimAt(caller.claims, path)
    }
  }
}
