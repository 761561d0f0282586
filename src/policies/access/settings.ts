import { z } from 'zod'
import { anyCaller } from '../../config/schema/apis.ts'
import { networks } from '../../config/schema/values.ts'
import { parseClaimPath } from '../../engines/claims/claim-path.ts'
import { atLeastOne } from '../name-list.ts'
import { isZone, readDays, readMinute } from './clock.ts'

/** When a rule holds, by the clock of a place. */
export interface TimeCondition {
  /** Days as `mon`, or ranges as `mon-fri`. */
  readonly days?: readonly string[] | undefined
  /** `08:00`, inclusive. */
  readonly from?: string | undefined
  /** `18:00`, exclusive; before `from`, it is that of the next day. */
  readonly to?: string | undefined
  /** IANA name of a time zone. Default UTC. */
  readonly zone: string
  /** RFC 3339, inclusive and exclusive. */
  readonly notBefore?: string | undefined
  readonly notAfter?: string | undefined
}

/** Conditions, all of which must hold. Of a list, one entry is enough. */
export interface AccessRule {
  readonly name?: string | undefined
  readonly operations?: readonly string[] | undefined
  readonly methods?: readonly string[] | undefined
  readonly paths?: readonly string[] | undefined
  readonly identities?: readonly string[] | undefined
  readonly callers?: readonly string[] | undefined
  readonly roles?: readonly string[] | undefined
  readonly scopes?: readonly string[] | undefined
  readonly claims?: Readonly<Record<string, readonly string[]>> | undefined
  readonly networks?: readonly string[] | undefined
  readonly time?: TimeCondition | undefined
}

/** Settings of `require.access`. */
export interface AccessSettings {
  readonly allow: readonly AccessRule[] | typeof anyCaller
  readonly deny: readonly AccessRule[]
}

const name = z.string().min(1).max(256)
const date = z.iso.datetime({ offset: true })
const clock = z.string().refine((text) => readMinute(text) !== null, {
  error: 'not a time of the day\nWrite hours and minutes: `08:00`.',
})

const time: z.ZodType<TimeCondition> = z
  .strictObject({
    days: z
      .array(
        z.string().refine((text) => readDays(text) !== null, {
          error: 'not a day\nWrite `mon`, or a range: `mon-fri`.',
        }),
      )
      .min(1)
      .max(7)
      .optional()
      .describe('Days, as `mon` or `mon-fri`.'),
    from: clock.optional().describe('Time of the day from which it holds.'),
    to: clock.optional().describe('Time of the day up to which it holds; before `from`, of the next day.'),
    zone: z
      .string()
      .refine(isZone, { error: 'not a time zone\nWrite its IANA name: `Europe/Berlin`.' })
      .default('UTC')
      .describe('Time zone of `days`, `from` and `to`.'),
    notBefore: date.optional().describe('Moment from which it holds.'),
    notAfter: date.optional().describe('Moment up to which it holds.'),
  })
  .refine(({ zone: _, ...rest }) => Object.keys(rest).length > 0, {
    error: 'no time is said\nWrite `days`, `from` and `to`, `notBefore` or `notAfter`.',
  })
  .refine(({ from, to }) => (from === undefined) === (to === undefined), {
    error: 'a time of the day has a beginning and an end\nWrite both `from` and `to`.',
  })
  .refine(({ from, to }) => from === undefined || from !== to, {
    error: '`from` and `to` are the same: no time, or all of it?\nWrite two times, or leave both out.',
  })
  .refine(
    ({ notBefore, notAfter }) =>
      notBefore === undefined || notAfter === undefined || Date.parse(notBefore) < Date.parse(notAfter),
    { error: 'it ends before it begins\nWrite a `notAfter` that is later than `notBefore`.' },
  )

const rule: z.ZodType<AccessRule> = z
  .strictObject({
    name: name.optional().describe('What people call it, in records and in `explain`.'),
    operations: atLeastOne(name, 'operation').optional().describe('Operations, by id or `METHOD /template`.'),
    methods: atLeastOne(
      z.string().regex(/^[A-Z][A-Z-]{0,31}$/, 'not a method\nWrite it in upper case.'),
      'method',
    )
      .optional()
      .describe('Methods.'),
    paths: atLeastOne(
      z
        .string()
        .max(1000)
        .regex(
          /^(?:\/(?:\*|[^/*?#]*))*(?:\/\*\*)?$/,
          'not a pattern of paths\nWrite `/orders/*/items` or `/orders/**`.',
        )
        .min(1),
      'path',
    )
      .optional()
      .describe('Paths; `*` is one segment, `**` at the end is any rest.'),
    identities: atLeastOne(name, 'identity').optional().describe('Identities that prove the caller.'),
    callers: atLeastOne(
      z.string().regex(/^[^/]{1,64}\/.{1,256}$/, 'not a caller\nWrite `identity/id`.'),
      'caller',
    )
      .optional()
      .describe('Callers, as `identity/id`.'),
    roles: atLeastOne(name, 'role').optional().describe('Roles of the caller.'),
    scopes: atLeastOne(name, 'scope').optional().describe('Scopes of the caller.'),
    claims: z
      .record(
        z.string().refine((text) => parseClaimPath(text) !== null, {
          error: 'not the path of a claim\nWrite names with dots between them.',
        }),
        atLeastOne(z.string().min(1).max(1000), 'value'),
      )
      .refine((claims) => Object.keys(claims).length > 0, {
        error: 'no claim is named\nName one, or leave it out.',
      })
      .optional()
      .describe('Values of claims, by their path. Every claim that is named must have one of its values.'),
    networks: networks('Networks of the client.').optional(),
    time: time.optional().describe('When it holds.'),
  })
  .refine(({ name: _, ...conditions }) => Object.keys(conditions).length > 0, {
    error: 'a rule without a condition holds for everybody\nWrite one, or `allow: any-authenticated-caller`.',
  })

/** Schema of the settings. */
export const settings: z.ZodType<AccessSettings> = z.strictObject({
  allow: z
    .union([z.literal(anyCaller), z.array(rule).min(1).max(10_000)])
    .describe('Rules, one of which must allow; or `any-authenticated-caller`.'),
  deny: z.array(rule).max(10_000).default([]).describe('Rules, none of which may hold. They win.'),
})
