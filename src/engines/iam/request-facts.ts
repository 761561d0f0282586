import type { ContextKey } from './context-keys.ts'

/** A proven caller, as policies see it. */
export interface IamCaller {
  readonly identity: string
  readonly id: string
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  readonly claims: { readonly [name: string]: unknown }
}

/** What a request is for, as the six parts of an ARN. */
export interface IamResource {
  readonly partition: string
  readonly region: string
  readonly account: string
  readonly api: string
  /** `stage/METHOD/path`. */
  readonly tail: string
}

/** All that a policy may ask about a request; what is not known is left out. */
export interface RequestFacts {
  /** Null for an anonymous one. */
  readonly caller: IamCaller | null
  /** The ARN that stands for the caller; null for an anonymous one. */
  readonly callerArn: string | null
  readonly sourceIp?: string | undefined
  /** Milliseconds since 1970. */
  readonly time?: number | undefined
  readonly secure?: boolean | undefined
  readonly userAgent?: string | undefined
  readonly referer?: string | undefined
  readonly method?: string | undefined
  readonly path?: string | undefined
  readonly api?: string | undefined
  readonly operation?: string | undefined
  /** Values that stand in for all others, by the name of the key in lower case: what `policy simulate` was told. */
  readonly told?: ReadonlyMap<string, readonly string[]> | undefined
}

/** The values of a key, as text; null where the request does not have it. Never an empty list. */
export function valuesOf(key: ContextKey, facts: RequestFacts): readonly string[] | null {
  const told = facts.told?.get(key.name.toLowerCase())
  if (told !== undefined) return told.length === 0 ? null : told
  const value = factOf(key, facts)
  if (value === undefined || value === null) return null
  if (typeof value === 'string') return [value]
  return value.length === 0 ? null : value
}

function factOf(key: ContextKey, facts: RequestFacts): string | readonly string[] | null | undefined {
  const { caller } = facts
  switch (key.source) {
    case 'aws:sourceip':
      return facts.sourceIp
    case 'aws:currenttime':
      return facts.time === undefined ? null : new Date(facts.time).toISOString()
    case 'aws:epochtime':
      return facts.time === undefined ? null : String(Math.floor(facts.time / 1000))
    case 'aws:securetransport':
      return facts.secure === undefined ? null : String(facts.secure)
    case 'aws:useragent':
      return facts.userAgent
    case 'aws:referer':
      return facts.referer
    case 'aws:userid':
    case 'sallyport:caller':
      return caller === null ? null : `${caller.identity}/${caller.id}`
    case 'aws:username':
      return caller?.id
    case 'aws:principalarn':
      return facts.callerArn
    case 'aws:principaltype':
      return caller === null ? 'Anonymous' : 'User'
    case 'aws:tokenissuetime':
      return scalars(caller?.claims['iat'])
    case 'aws:multifactorauthpresent': {
      const methods = scalars(caller?.claims['amr'])
      return methods === null ? null : String(methods.includes('mfa'))
    }
    case 'aws:principaltag':
    case 'sallyport:claim':
      return caller === null ? null : scalars(claimAt(caller.claims, key.member))
    case 'sallyport:identity':
      return caller?.identity
    case 'sallyport:scopes':
      return caller?.scopes
    case 'sallyport:roles':
      return caller?.roles
    case 'sallyport:method':
      return facts.method
    case 'sallyport:path':
      return facts.path
    case 'sallyport:api':
      return facts.api
    case 'sallyport:operation':
      return facts.operation
  }
}

/** The claim of exactly this name, else along the dots. Names are own ones: nothing is there by birth. */
function claimAt(claims: IamCaller['claims'], member: string): unknown {
  if (Object.hasOwn(claims, member)) return claims[member]
  let value: unknown = claims
  for (const name of member.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    if (!Object.hasOwn(value, name)) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return value
}

/** A claim as texts. One that is an object, or a list with something else in it, has no value to compare. */
function scalars(value: unknown): readonly string[] | null {
  const list = Array.isArray(value) ? value : [value]
  const texts: string[] = []
  for (const item of list) {
    if (typeof item === 'string') texts.push(item)
    else if (typeof item === 'number' || typeof item === 'boolean') texts.push(String(item))
    else return null
  }
  return texts.length === 0 ? null : texts
}
