import { z } from 'zod'
import { headerName, headerValue, requestHeaderName } from '../header-fields.ts'

/** Headers set and removed in one direction. */
export interface HeaderChanges {
  /** Name to value; replaces what is there. */
  readonly set: Readonly<Record<string, string>>
  readonly remove: readonly string[]
}

/** Settings of `headers`. */
export interface HeadersSettings {
  readonly request: HeaderChanges
  readonly response: HeaderChanges & {
    /** Secure defaults on, software names off. Default true. */
    readonly security: boolean
  }
}

const responseName = headerName.refine((name) => !name.toLowerCase().startsWith('access-control-'), {
  error: 'a fixed value would answer every origin alike\nWrite `cors` for it.',
})

/** Names differ by more than case, and none is both set and removed: else the outcome depends on an order. */
function eachOnce({ set, remove }: HeaderChanges): boolean {
  const names = [...Object.keys(set), ...remove].map((name) => name.toLowerCase())
  return new Set(names).size === names.length
}

const once = 'a header is named twice\nWrite each name once, under `set` or under `remove`.'

export const settings: z.ZodType<HeadersSettings> = z.strictObject({
  request: z
    .strictObject({
      set: z
        .record(requestHeaderName, headerValue)
        .default({})
        .describe('Headers set towards the upstream. What clients send under these names is removed.'),
      remove: z
        .array(requestHeaderName)
        .max(100)
        .default([])
        .describe('Headers removed towards the upstream.'),
    })
    .refine(eachOnce, { error: once })
    .prefault({})
    .describe('Changes of the request on its way to the upstream.'),
  response: z
    .strictObject({
      set: z
        .record(responseName, headerValue)
        .default({})
        .describe('Headers set on the answer. They replace what the upstream sent.'),
      remove: z
        .array(responseName)
        .max(100)
        .default([])
        .describe('Headers removed from the answer. A secure default named here is left out.'),
      security: z
        .boolean()
        .default(true)
        .describe('Secure defaults where the upstream set none; software names removed.'),
    })
    .refine(eachOnce, { error: once })
    .prefault({})
    .describe('Changes of the answer on its way to the client.'),
})
