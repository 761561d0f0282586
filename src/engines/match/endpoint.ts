/** What a path and method come to. Not reused: it may be kept. */
export interface Match {
  /** Index of the operation; -1 when there is none. */
  readonly operation: number
  /** Values of the template's parameters in its order, percent-decoded. */
  readonly parameters: readonly string[]
  /** Without an operation: the methods of the path for `Allow`, sorted; '' when the path is not declared. */
  readonly allow: string
}

const none: readonly string[] = Object.freeze([])

export const notFound: Match = Object.freeze({ operation: -1, parameters: none, allow: '' })

/** The operations of one template. */
export class Endpoint {
  readonly parameterCount: number
  readonly #methods: string[] = []
  readonly #matches: Match[] = []
  #any: Match | null = null
  #notAllowed: Match = notFound

  constructor(parameterCount: number) {
    this.parameterCount = parameterCount
  }

  /** Adds an operation. False when the method is already taken. */
  add(method: string, operation: number): boolean {
    const match = Object.freeze({ operation, parameters: none, allow: '' })
    if (method === '*') {
      if (this.#any !== null) return false
      this.#any = match
      return true
    }
    if (this.#methods.includes(method)) return false
    this.#methods.push(method)
    this.#matches.push(match)
    const allow = this.#methods.toSorted().join(', ')
    this.#notAllowed = Object.freeze({ operation: -1, parameters: none, allow })
    return true
  }

  /** The match (without parameters) for a method; null when it is not declared. */
  find(method: string): Match | null {
    const methods = this.#methods
    for (let i = 0; i < methods.length; i++) if (methods[i] === method) return this.#matches[i]!
    return this.#any
  }

  /** The answer to a method that `find` did not find. */
  get notAllowed(): Match {
    return this.#notAllowed
  }

  get methods(): readonly string[] {
    return this.#methods
  }
}

/** The answer when several templates have the path and none the method. */
export function notAllowedByAny(endpoints: readonly Endpoint[]): Match {
  if (endpoints.length === 0) return notFound
  if (endpoints.length === 1) return endpoints[0]!.notAllowed
  const methods = new Set(endpoints.flatMap((endpoint) => endpoint.methods))
  return { operation: -1, parameters: none, allow: [...methods].sort().join(', ') }
}
