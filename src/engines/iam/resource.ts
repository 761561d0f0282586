import type { IamResource } from './request-facts.ts'
import { type ReadVariable, readTemplate, type Template } from './template.ts'

/** What a `Resource` names. */
export interface ResourcePattern {
  readonly text: string
  /** Null in the short form and for `*`: then partition, region, account and API are not compared. */
  readonly names: ResourceNames | null
  /** Over `api/stage/METHOD/path`, or over `stage/METHOD/path` in the short form; null for `*`. */
  readonly resource: Template | null
}

/** The parts of an ARN before the resource. */
export interface ResourceNames {
  readonly partition: Template
  readonly region: Template
  readonly account: Template
}

/** A resource that was read, or what is wrong with it. */
export type ResourceResult =
  | { readonly ok: true; readonly pattern: ResourcePattern }
  | { readonly ok: false; readonly message: string; readonly remedy: string }

const forms =
  'Write `*`, `execute-api:/stage/METHOD/path` or `arn:aws:execute-api:region:account:api/stage/METHOD/path`.'

/** Reads a `Resource`. A `*` reaches over slashes, and never over the colons of an ARN. */
export function readResource(text: string, variables: boolean): ResourceResult {
  if (text === '*') return { ok: true, pattern: { text, names: null, resource: null } }
  const short = text.startsWith('execute-api:/')
  const read = readTemplate(short ? text.slice('execute-api:/'.length) : text, { variables, wildcards: true })
  if (!read.ok) return read
  if (short) {
    if (!hasDepth(text.slice('execute-api:/'.length), 3)) return tooShort(text)
    return { ok: true, pattern: { text, names: null, resource: read.template } }
  }
  if (!text.startsWith('arn:'))
    return { ok: false, message: `\`${text}\` is no resource of API Gateway`, remedy: forms }
  const parts = read.template.split(':', 6)
  // IAM completes a short ARN with `*`.
  while (parts.length < 6) (parts as Template[]).push(everything)
  const [, partition, service, region, account, resource] = parts as Template[]
  const leading = [partition!, service!, region!, account!]
  if (leading.some(({ hasVariables }) => hasVariables))
    return {
      ok: false,
      message: `\`${text}\` has a variable before the resource`,
      remedy: 'Variables may stand in the last part of an ARN only.',
    }
  if (service!.literal !== 'execute-api')
    return { ok: false, message: `\`${text}\` is of another service`, remedy: forms }
  const written = text.split(':').slice(5).join(':')
  if (written !== '' && !hasDepth(written, 4)) return tooShort(text)
  return {
    ok: true,
    pattern: {
      text,
      names: { partition: partition!, region: region!, account: account! },
      resource: resource!,
    },
  }
}

const everything: Template = (() => {
  const read = readTemplate('*', { variables: false, wildcards: true })
  if (!read.ok) throw new Error('`*` is a template')
  return read.template
})()

/** A pattern without a star that has too few segments fits no request: most often the `/*` at its end was lost. */
const hasDepth = (text: string, segments: number): boolean =>
  text.includes('*') || text.split('/').length >= segments

const tooShort = (text: string): ResourceResult => ({
  ok: false,
  message: `\`${text}\` fits no request: it names no stage, method and path`,
  remedy: 'End it with `/*`, or write stage, method and path.',
})

/** Whether a request's resource is the one named. */
export function isResource(pattern: ResourcePattern, asked: IamResource, read: ReadVariable): boolean {
  const { names, resource } = pattern
  if (resource === null) return true
  if (names === null) return resource.test(asked.tail, read)
  return (
    names.partition.test(asked.partition, read) &&
    names.region.test(asked.region, read) &&
    names.account.test(asked.account, read) &&
    resource.test(`${asked.api}/${asked.tail}`, read)
  )
}

/** Reads the ARN of a request, as `policy simulate` is given it; null for a text that is none. */
export function readAskedResource(text: string): IamResource | null {
  const full = /^arn:([a-z-]+):execute-api:([^:*?]*):([^:*?]*):([^/*?]+)\/([^/]+\/[^/]+\/.*)$/.exec(text)
  if (full !== null) {
    const [, partition = '', region = '', account = '', api = '', tail = ''] = full
    return { partition, region, account, api, tail }
  }
  const short = /^execute-api:\/([^/]+\/[^/]+\/.*)$/.exec(text)
  return short === null ? null : { partition: 'aws', region: '', account: '', api: '', tail: short[1]! }
}
