import { createHash } from 'node:crypto'
import type { GatewaySpec } from '../../config/spec.ts'
import type { PublicJwk } from '../../engines/jwt-signing/signing-key.ts'
import type { ControlHalf, ControlHost, ControlLink, KeptTexts } from '../../gateway/control-half.ts'
import { type Policy, placeOfControl } from '../../gateway/policy.ts'
import type { Sessions } from '../../gateway/sessions.ts'

/** What the control halves are given beside their settings. */
export interface ControlHalvesOptions {
  readonly policies: readonly Policy[]
  readonly call: ControlHost['call']
  readonly report: ControlHost['report']
  /** The texts of one half, under a name that is only its own. */
  readonly kept: (owner: string) => KeptTexts
  readonly sessions: (identity: string, provider: string) => Sessions
  /** A half has published; told to all data threads. */
  readonly onState: (half: number, state: unknown) => void
}

/** A half as data threads get to know it. */
export interface HalfState {
  readonly key: string
  /** Number that messages name it by. */
  readonly half: number
  readonly state: unknown
}

interface Running {
  readonly number: number
  readonly where: string
  half: ControlHalf | null
  state: unknown
}

/** What makes a half the same over a reload: then it runs on, with what it knows. */
export function halfKey(policy: string, where: string, settings: unknown): string {
  return JSON.stringify([policy, where, settings])
}

/**
 * The halves of policies that run on the control plane: those of the plan in force, and while a reload is under way
 * those of the next one.
 */
export class ControlHalves {
  readonly #options: ControlHalvesOptions
  readonly #running = new Map<string, Running>()
  #numbers = 0

  constructor(options: ControlHalvesOptions) {
    this.#options = options
  }

  /** Starts the halves that the configuration needs and that do not run yet. */
  prepare(spec: GatewaySpec): readonly HalfState[] {
    const needed = this.#needed(spec)
    for (const [key, { policy, where, settings, instance }] of needed) {
      if (!this.#running.has(key)) this.#start(key, policy, where, settings, instance)
    }
    return [...needed.keys()].map((key) => {
      const { number, state } = this.#running.get(key)!
      return { key, half: number, state }
    })
  }

  /** Ends the halves that the configuration in force does not need. */
  keepOnly(spec: GatewaySpec): void {
    const needed = this.#needed(spec)
    for (const [key, { half }] of this.#running) {
      if (needed.has(key)) continue
      this.#running.delete(key)
      half?.close()
    }
  }

  /** What a data half asks. Rejects where nobody answers. */
  async ask(number: number, question: unknown, judging = false): Promise<unknown> {
    const running = [...this.#running.values()].find((one) => one.number === number)
    if (running?.half?.ask === undefined) throw new Error('the policy is no longer in force')
    return await running.half.ask(question, judging)
  }

  /** For a plan of the control plane itself. With `judging`, what it asks counts for nothing. */
  link(policy: string, where: string, settings: unknown, judging: boolean): ControlLink {
    const key = halfKey(policy, where, settings)
    const running = (): Running | undefined => this.#running.get(key)
    return {
      get state() {
        return running()?.state
      },
      ask: async (question) => await this.ask(running()?.number ?? -1, question, judging),
    }
  }

  /** Keys of everything that the gateway signs. */
  publicKeys(): readonly PublicJwk[] {
    return [...this.#running.values()].flatMap(({ half }) => half?.publicKeys?.() ?? [])
  }

  /** What the halves tell of themselves, by where they stand. */
  status(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
      [...this.#running.values()].flatMap(({ where, half }) =>
        half?.status === undefined ? [] : [[where, half.status()]],
      ),
    )
  }

  close(): void {
    for (const { half } of this.#running.values()) half?.close()
    this.#running.clear()
  }

  #start(key: string, policy: Policy, where: string, settings: unknown, instance: string): void {
    const { call, report, kept, sessions, onState } = this.#options
    const running: Running = { number: ++this.#numbers, where, half: null, state: undefined }
    this.#running.set(key, running)
    running.half = policy.control!(settings, {
      where,
      instance,
      call,
      report,
      kept: kept(createHash('sha256').update(key).digest('hex').slice(0, 32)),
      sessions: (provider) => sessions(instance, provider),
      publish: (state) => {
        running.state = state
        // What a half publishes as it starts goes to the threads with the plan that it starts for.
        if (running.half !== null) onState(running.number, state)
      },
    })
  }

  #needed(
    spec: GatewaySpec,
  ): Map<string, { policy: Policy; where: string; settings: unknown; instance: string }> {
    const byName = new Map(this.#options.policies.map((policy) => [policy.name, policy]))
    const instances = [
      ...spec.identities.map(({ name, type, settings }) => ({
        policy: byName.get(type),
        where: `identities.${name}`,
        settings,
        instance: name,
      })),
      ...spec.steps.map(({ policy, where, settings }) => ({
        policy: byName.get(policy),
        where,
        settings,
        instance: policy,
      })),
    ]
    return new Map(
      instances.flatMap(({ policy, where, settings, instance }) => {
        if (policy?.control === undefined) return []
        const [place, own] = placeOfControl(policy, where, settings)
        return [[halfKey(policy.name, place, own), { policy, where: place, settings, instance }]]
      }),
    )
  }
}
