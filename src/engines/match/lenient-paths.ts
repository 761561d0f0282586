import type { RoutedOperation } from './conflicts.ts'
import { buildRouter, type Router } from './router.ts'

/**
 * Declared paths as lenient services read them: letters in any case (Express, IIS), with or without a slash at the
 * end. Says what such a service may take a path for; operations with a wildcard are left out.
 */
export class LenientPaths {
  readonly #router: Router
  /** Operations of each place of the router. */
  readonly #members: readonly (readonly number[])[]

  constructor(operations: readonly RoutedOperation[]) {
    const places = new Map<string, { readonly place: RoutedOperation; readonly members: number[] }>()
    for (const [index, operation] of operations.entries()) {
      if (operation.template.endsWith('/*')) continue
      const template = fold(operation.template)
      for (const host of operation.hosts.length === 0 ? [''] : operation.hosts) {
        const key = `${host} ${template.replace(/\{[^{}]*\}/g, '{}')}`
        const known = places.get(key)
        if (known !== undefined) known.members.push(index)
        else
          places.set(key, {
            place: { method: '*', template, hosts: host === '' ? [] : [host] },
            members: [index],
          })
      }
    }
    const all = [...places.values()]
    this.#router = buildRouter(all.map(({ place }) => place))
    this.#members = all.map(({ members }) => members)
  }

  /** The operations, of any method, that this path may be to a lenient service. `host` and `path` in normal form. */
  find(host: string, path: string): readonly number[] {
    const { operation } = this.#router.match(host, fold(path), 'GET')
    return operation < 0 ? none : this.#members[operation]!
  }
}

const none: readonly number[] = Object.freeze([])

const triplet = /%[0-9a-f]{2}/g

function fold(path: string): string {
  let end = path.length
  while (end > 1 && path.charCodeAt(end - 1) === 0x2f) end--
  const lower = path.slice(0, end).toLowerCase()
  return lower.includes('%') ? lower.replace(triplet, (octet) => octet.toUpperCase()) : lower
}
