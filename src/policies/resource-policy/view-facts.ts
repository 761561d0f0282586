import type { IamCaller, RequestFacts } from '../../engines/iam/request-facts.ts'
import type { RequestView } from '../../gateway/policy.ts'

/** A request as policies ask about it. What no condition asks for is not looked up. */
export class ViewFacts implements RequestFacts {
  readonly #view: RequestView
  readonly #arnOf: (caller: IamCaller) => string

  constructor(view: RequestView, arnOf: (caller: IamCaller) => string) {
    this.#view = view
    this.#arnOf = arnOf
  }

  get caller(): IamCaller | null {
    return this.#view.facts.caller ?? null
  }
  get callerArn(): string | null {
    const { caller } = this
    return caller === null ? null : this.#arnOf(caller)
  }
  get sourceIp(): string {
    return this.#view.clientAddress
  }
  get time(): number {
    return this.#view.startedAt
  }
  get secure(): boolean {
    return this.#view.secure
  }
  get userAgent(): string | undefined {
    return this.#view.header('user-agent')
  }
  get referer(): string | undefined {
    return this.#view.header('referer')
  }
  get method(): string {
    return this.#view.method
  }
  get path(): string {
    return this.#view.path
  }
  get api(): string {
    return this.#view.api
  }
  get operation(): string {
    return this.#view.operationName
  }
}
