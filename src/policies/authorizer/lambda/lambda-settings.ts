import { z } from 'zod'
import { headerName } from '../../header-fields.ts'
import { line, secretAddress } from '../../provider-fields.ts'
import { type Outgoing, outgoingOf } from '../../remote-settings.ts'
import { type CommonSettings, commonOf, commonShape } from '../common-settings.ts'
import { reachShape } from '../http/http-settings.ts'

/** Which event the function gets. */
export type LambdaEventKind =
  /** `type: TOKEN`: the value of one header, by its lower-case name. */
  | { readonly kind: 'token'; readonly header: string }
  /** `type: REQUEST`. */
  | { readonly kind: 'request'; readonly version: '1.0' | '2.0' }

/** How the API calls itself towards the function, in `methodArn` and `routeArn`. */
export interface ApiNames {
  /** Null for the name of the API in the configuration. */
  readonly id: string | null
  readonly account: string
  readonly stage: string
}

/** Settings of `type: lambda`, complete. */
export interface LambdaSettings extends CommonSettings {
  readonly type: 'lambda'
  /** The whole address of its invocations. */
  readonly url: string
  readonly region: string
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken: string | null
  }
  readonly event: LambdaEventKind
  readonly answer: 'policy' | 'simple'
  readonly apiNames: ApiNames
  readonly outgoing: Outgoing
}

const arn =
  /^arn:aws[a-z-]{0,20}:lambda:([a-z]{2}(?:-[a-z]{1,12}){1,3}-[0-9]{1,2}):[0-9]{12}:function:[A-Za-z0-9_-]{1,140}$/
const region = z
  .string()
  .regex(
    /^[a-z]{2}(?:-[a-z]{1,12}){1,3}-[0-9]{1,2}$/,
    'not a region\nWrite its code, such as `eu-central-1`.',
  )

const written = z.strictObject({
  type: z.literal('lambda').describe('A function at AWS Lambda.'),
  function: z
    .string()
    .refine((text) => arn.test(text) || /^[A-Za-z0-9_-]{1,64}$/.test(text), {
      error: 'not a function\nWrite its name or its ARN; a version or alias goes into `qualifier`.',
    })
    .describe('Name or ARN of the function.'),
  region: region.describe('Its region. Default: that of the ARN.').optional(),
  qualifier: z
    .string()
    .regex(/^[A-Za-z0-9$_-]{1,128}$/, 'not a qualifier\nWrite a version or an alias, such as `live`.')
    .describe('Version or alias. Default: the latest.')
    .optional(),
  endpoint: secretAddress
    .refine((text) => !/[?#]/.test(text), { error: 'the address has a query\nWrite scheme and host.' })
    .describe('Address of the service, for private endpoints. Default: that of the region.')
    .optional(),
  credentials: z
    .strictObject({
      accessKeyId: line.describe('Id of the access key.'),
      secretAccessKey: line.describe('The secret, best from a file.'),
      sessionToken: z
        .string()
        .regex(/^[\x21-\x7e]{1,4096}$/, 'not a session token')
        .describe('Of temporary credentials.')
        .optional(),
    })
    .describe(
      'What calls are signed with. They need `lambda:InvokeFunction` for this function, and nothing else.',
    ),
  event: z
    .enum(['token', 'request-1.0', 'request-2.0'])
    .describe('What the function gets: a `TOKEN` event, or a `REQUEST` event of payload format 1.0 or 2.0.')
    .default('request-2.0'),
  tokenHeader: headerName.describe('For `token`: the header whose value it gets.').default('Authorization'),
  answer: z
    .enum(['policy', 'simple'])
    .describe('What it answers: an IAM policy, or `isAuthorized` (only with `request-2.0`).')
    .default('policy'),
  apiNames: z
    .strictObject({
      id: z
        .string()
        .regex(/^[A-Za-z0-9_.-]{1,100}$/, 'not an id')
        .describe('Id of the API. Default: its name in the configuration.')
        .optional(),
      account: z
        .string()
        .regex(/^[0-9]{12}$/, 'not an account\nWrite its 12 digits.')
        .describe('Id of the account.')
        .default('000000000000'),
      stage: z
        .string()
        .regex(/^(?:\$default|[A-Za-z0-9_-]{1,128})$/, 'not a stage')
        .describe('Name of the stage.')
        .default('$default'),
    })
    .prefault({})
    .describe('How the API is called in `methodArn` and `routeArn`, which policies match.'),
  ...commonShape,
  ...reachShape,
})

export const lambdaSettings: z.ZodType<LambdaSettings> = written
  .refine(({ function: name, region }) => region !== undefined || arn.test(name), {
    path: ['function'],
    error: 'the region is not known\nWrite `region`, or the ARN of the function.',
  })
  .refine(
    ({ function: name, region }) => region === undefined || (arn.exec(name)?.[1] ?? region) === region,
    {
      path: ['region'],
      error: 'the ARN of the function names another region\nLeave `region` out.',
    },
  )
  .refine(({ event, answer }) => answer === 'policy' || event === 'request-2.0', {
    path: ['answer'],
    error: 'simple answers belong to payload format 2.0\nWrite `event: request-2.0`, or leave `answer` out.',
  })
  .transform(({ type, answer, apiNames, credentials, authorities, proxy, timeout, ...rest }) => {
    const { event, tokenHeader } = rest
    const header = tokenHeader.toLowerCase()
    const region = rest.region ?? arn.exec(rest.function)![1]!
    const common = commonOf(rest, timeout)
    const { show } = common
    return {
      type,
      url: urlOf(rest, region),
      region,
      credentials: { ...credentials, sessionToken: credentials.sessionToken ?? null },
      event:
        event === 'token'
          ? { kind: 'token' as const, header }
          : {
              kind: 'request' as const,
              version: event === 'request-1.0' ? ('1.0' as const) : ('2.0' as const),
            },
      answer,
      apiNames: { ...apiNames, id: apiNames.id ?? null },
      ...common,
      // Named by `tokenHeader`, so it is shown.
      show: event === 'token' ? { ...show, headers: [...new Set([...show.headers, header])] } : show,
      outgoing: outgoingOf({ authorities, proxy, timeout }),
    }
  })

/** Address of the Invoke operation (API version 2015-03-31). */
function urlOf(
  {
    endpoint,
    function: name,
    qualifier,
  }: {
    readonly endpoint?: string | undefined
    readonly function: string
    readonly qualifier?: string | undefined
  },
  region: string,
): string {
  const host = `https://lambda.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`
  const base = endpoint === undefined ? host : new URL(endpoint).href.replace(/\/$/, '')
  const query = qualifier === undefined ? '' : `?Qualifier=${encodeURIComponent(qualifier)}`
  return `${base}/2015-03-31/functions/${encodeURIComponent(name)}/invocations${query}`
}
