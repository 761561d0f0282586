/** What the values of a key are; `any` for claims, whose type the issuer decides. */
export type KeyType = 'string' | 'numeric' | 'date' | 'bool' | 'ip' | 'arn' | 'any'

/** A condition key as a policy names it. */
export interface ContextKey {
  /** As documented; what stands behind a `/` as written. */
  readonly name: string
  /** Which entry of the table it is. */
  readonly source: KeySource
  readonly type: KeyType
  /** It may have several values, and is compared with a set qualifier only. */
  readonly several: boolean
  /** Behind the `/` of `aws:PrincipalTag/` and `sallyport:Claim/`; '' for others. */
  readonly member: string
}

/** A key of the table, in lower case. */
export type KeySource =
  | 'aws:sourceip'
  | 'aws:currenttime'
  | 'aws:epochtime'
  | 'aws:securetransport'
  | 'aws:useragent'
  | 'aws:referer'
  | 'aws:userid'
  | 'aws:username'
  | 'aws:principalarn'
  | 'aws:principaltype'
  | 'aws:tokenissuetime'
  | 'aws:multifactorauthpresent'
  | 'aws:principaltag'
  | 'sallyport:identity'
  | 'sallyport:caller'
  | 'sallyport:scopes'
  | 'sallyport:roles'
  | 'sallyport:claim'
  | 'sallyport:method'
  | 'sallyport:path'
  | 'sallyport:api'
  | 'sallyport:operation'

type Row = readonly [name: string, type: KeyType, several?: true]

const table: Readonly<Record<KeySource, Row>> = {
  'aws:sourceip': ['aws:SourceIp', 'ip'],
  'aws:currenttime': ['aws:CurrentTime', 'date'],
  'aws:epochtime': ['aws:EpochTime', 'date'],
  'aws:securetransport': ['aws:SecureTransport', 'bool'],
  'aws:useragent': ['aws:UserAgent', 'string'],
  'aws:referer': ['aws:Referer', 'string'],
  'aws:userid': ['aws:userid', 'string'],
  'aws:username': ['aws:username', 'string'],
  'aws:principalarn': ['aws:PrincipalArn', 'arn'],
  'aws:principaltype': ['aws:PrincipalType', 'string'],
  'aws:tokenissuetime': ['aws:TokenIssueTime', 'date'],
  'aws:multifactorauthpresent': ['aws:MultiFactorAuthPresent', 'bool'],
  'aws:principaltag': ['aws:PrincipalTag', 'any'],
  'sallyport:identity': ['sallyport:Identity', 'string'],
  'sallyport:caller': ['sallyport:Caller', 'string'],
  'sallyport:scopes': ['sallyport:Scopes', 'string', true],
  'sallyport:roles': ['sallyport:Roles', 'string', true],
  'sallyport:claim': ['sallyport:Claim', 'any'],
  'sallyport:method': ['sallyport:Method', 'string'],
  'sallyport:path': ['sallyport:Path', 'string'],
  'sallyport:api': ['sallyport:Api', 'string'],
  'sallyport:operation': ['sallyport:Operation', 'string'],
}

const withMember: ReadonlySet<string> = new Set(['aws:principaltag', 'sallyport:claim'])

/** Names of all keys, for messages and pages. */
export const contextKeyNames: readonly string[] = Object.entries(table).map(([key, [name]]) =>
  withMember.has(key) ? `${name}/…` : name,
)

/**
 * Finds a key by its name, in which case does not matter; behind a `/` it is the exact name of a claim. Gives what to
 * write instead for a name that is none.
 */
export function contextKey(name: string): ContextKey | string {
  const slash = name.indexOf('/')
  const lower = (slash < 0 ? name : name.slice(0, slash)).toLowerCase()
  const member = slash < 0 ? '' : name.slice(slash + 1)
  if (!Object.hasOwn(table, lower)) return `Keys with a meaning here are ${contextKeyNames.join(', ')}.`
  if (withMember.has(lower) !== (member !== '')) {
    return withMember.has(lower)
      ? `Write the name of the claim behind it: \`${table[lower as KeySource][0]}/department\`.`
      : `Write \`${table[lower as KeySource][0]}\`, without a \`/\`.`
  }
  if (member !== '' && !isClaimPath(member)) return 'Write names of claims with dots between them.'
  const source = lower as KeySource
  const [text, type, several] = table[source]
  return {
    name: member === '' ? text : `${text}/${member}`,
    source,
    type,
    several: several === true,
    member,
  }
}

const isClaimPath = (text: string): boolean =>
  text.length <= 300 && text.split('.').length <= 8 && !text.split('.').includes('')
