import type { AuthorizerEvent, ShownRequest } from '../backend.ts'
import type { LambdaSettings } from './lambda-settings.ts'

/**
 * The event that API Gateway would send (Developer Guide, "Input to an API Gateway Lambda authorizer" and "Payload
 * format version"): of what is shown, and of the gateway's own names. What is not shown is left out, and so is what
 * only AWS has.
 */
export function lambdaEvent(
  event: AuthorizerEvent,
  arn: string,
  settings: Pick<LambdaSettings, 'event' | 'apiNames'>,
): object {
  const { event: kind } = settings
  if (kind.kind === 'token')
    return {
      type: 'TOKEN',
      authorizationToken: event.shown.headers[kind.header] ?? '',
      methodArn: arn,
    }
  return kind.version === '1.0' ? formatOne(event, arn, settings) : formatTwo(event, arn, settings)
}

type Names = Pick<LambdaSettings, 'apiNames'>

function formatOne({ requestId, shown }: AuthorizerEvent, arn: string, { apiNames }: Names): object {
  const { path, method, route, query, headers, clientAddress, caller } = shown
  const parameters = [...new URLSearchParams(query)]
  return {
    version: '1.0',
    type: 'REQUEST',
    methodArn: arn,
    resource: route,
    path,
    httpMethod: method,
    headers,
    // The last of several, as API Gateway does; all of them stand beside it.
    queryStringParameters: Object.fromEntries(parameters),
    multiValueQueryStringParameters: grouped(parameters),
    pathParameters: shown.pathParameters,
    stageVariables: {},
    requestContext: {
      ...contextOf(shown, requestId, apiNames),
      path,
      resourcePath: route,
      httpMethod: method,
      identity: clientAddress === null ? {} : { sourceIp: clientAddress },
      ...(caller !== null && { authorizer: caller }),
    },
  }
}

function formatTwo({ requestId, at, shown }: AuthorizerEvent, arn: string, { apiNames }: Names): object {
  const { path, method, route, query, clientAddress, caller } = shown
  const { cookie, ...headers } = shown.headers
  const routeKey = `${method} ${route}`
  const parameters = Object.entries(grouped([...new URLSearchParams(query)]))
  return {
    version: '2.0',
    type: 'REQUEST',
    routeArn: arn,
    identitySource: Object.values(shown.headers),
    routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookie !== undefined && { cookies: cookie.split(';').map((one) => one.trim()) }),
    headers,
    queryStringParameters: Object.fromEntries(parameters.map(([name, values]) => [name, values.join(',')])),
    pathParameters: shown.pathParameters,
    stageVariables: {},
    requestContext: {
      ...contextOf(shown, requestId, apiNames),
      domainName: shown.host,
      http: { method, path, ...(clientAddress !== null && { sourceIp: clientAddress }) },
      routeKey,
      time: logTime(new Date(at)),
      timeEpoch: at,
      ...(caller !== null && { authorizer: caller }),
    },
  }
}

function contextOf({ api }: ShownRequest, requestId: string, names: LambdaSettings['apiNames']): object {
  return { accountId: names.account, apiId: names.id ?? api, stage: names.stage, requestId }
}

function grouped(parameters: readonly (readonly [string, string])[]): Record<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const [name, value] of parameters) {
    const values = groups.get(name)
    if (values === undefined) groups.set(name, [value])
    else values.push(value)
  }
  return Object.fromEntries(groups)
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `12/Mar/2020:19:03:58 +0000`, as API Gateway writes it. */
function logTime(date: Date): string {
  const [day, time] = date.toISOString().split('T')
  const [year, month, ofMonth] = day!.split('-')
  return `${ofMonth}/${months[Number(month) - 1]}/${year}:${time!.slice(0, 8)} +0000`
}
