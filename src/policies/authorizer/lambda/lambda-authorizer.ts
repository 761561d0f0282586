import type { ControlHost, RemoteAnswer } from '../../../gateway/control-half.ts'
import type { AuthorizerAnswer, AuthorizerBackend, AuthorizerEvent } from '../backend.ts'
import { mostBytes } from '../http/status-answer.ts'
import { lambdaAnswer } from './lambda-answer.ts'
import { lambdaEvent } from './lambda-event.ts'
import type { LambdaSettings } from './lambda-settings.ts'
import { methodArn } from './method-arn.ts'

/** A function at AWS Lambda, called by `Invoke` with a signature (SigV4). */
export class LambdaAuthorizer implements AuthorizerBackend {
  readonly #settings: LambdaSettings
  readonly #host: Pick<ControlHost, 'call'>
  /** The signing keys of the day. */
  readonly #keys = new Map<string, ArrayBuffer>()

  constructor(settings: LambdaSettings, host: Pick<ControlHost, 'call'>) {
    this.#settings = settings
    this.#host = host
  }

  async decide(event: AuthorizerEvent): Promise<AuthorizerAnswer> {
    const arn = methodArn(event.shown, this.#settings)
    const answer = await this.#invoke(JSON.stringify(lambdaEvent(event, arn, this.#settings)))
    return lambdaAnswer(answer, event, arn, this.#settings)
  }

  async #invoke(body: string): Promise<RemoteAnswer> {
    const { url, region, credentials, outgoing } = this.#settings
    const { authorities, proxy, timeoutMs } = outgoing
    const { accessKeyId, secretAccessKey, sessionToken } = credentials
    // Loaded when it is needed: most gateways have no function to call.
    const { AwsV4Signer } = await import('aws4fetch')
    const today = new Date().toISOString().slice(0, 10)
    if (!this.#keys.has(today)) this.#keys.clear()
    const signer = new AwsV4Signer({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', 'x-amz-invocation-type': 'RequestResponse' },
      body,
      service: 'lambda',
      region,
      accessKeyId,
      secretAccessKey,
      ...(sessionToken !== null && { sessionToken }),
      cache: this.#keys,
    })
    const { headers } = await signer.sign()
    return await this.#host.call({
      url,
      method: 'POST',
      headers: Object.fromEntries(headers),
      body,
      timeoutMs,
      mostBytes,
      settings: { authorities, proxy },
    })
  }
}
