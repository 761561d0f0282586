import type { ShownRequest } from '../backend.ts'
import type { LambdaSettings } from './lambda-settings.ts'

/**
 * What API Gateway calls a request in policies:
 * `arn:PARTITION:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/PATH`, with the path of the request and not its template.
 */
export function methodArn(
  { api, method, path }: Pick<ShownRequest, 'api' | 'method' | 'path'>,
  { region, apiNames }: Pick<LambdaSettings, 'region' | 'apiNames'>,
): string {
  const { account, id, stage } = apiNames
  return `arn:${partitionOf(region)}:execute-api:${region}:${account}:${id ?? api}/${stage}/${method}${path}`
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}
