import { z } from 'zod'
import { type CertificateHeader, certificateHeaders } from '../spec.ts'
import { type AdminCallerInput, adminCallers } from './admin-callers.ts'
import { count, flag, networks, text } from './values.ts'

/** TLS of a listener, as written: `certificates` or `local`. */
export interface TlsInput {
  certificates?: readonly { cert: string; key: string }[] | undefined
  local?: readonly string[] | undefined
  profile?: 'intermediate' | 'modern' | undefined
}

/** `clientCertificates` of a listener, as written. */
export interface ClientCertificatesInput {
  authorities: readonly string[]
  crl?: readonly string[] | undefined
  required?: boolean | undefined
  header?: CertificateHeader | undefined
}

/** One entry of `listeners` as written. */
export interface ListenerInput {
  address: string
  tls?: TlsInput | undefined
  misdirected?: 'refuse' | 'serve' | undefined
  hsts?: string | undefined
  redirectToHttps?: boolean | { port: number } | undefined
  clearTextFrom?: readonly string[] | undefined
  clientCertificates?: ClientCertificatesInput | undefined
  serve?: readonly ('health' | 'metrics')[] | undefined
}

/** Section `admin` as written. */
export interface AdminInput {
  address?: string | undefined
  openMetricsTo?: readonly string[] | undefined
  tls?: TlsInput | undefined
  clientCertificates?: Omit<ClientCertificatesInput, 'header'> | undefined
  callers?: readonly AdminCallerInput[] | undefined
}

const tls: z.ZodType<TlsInput, TlsInput> = z
  .strictObject({
    certificates: z
      .array(
        z.strictObject({
          cert: text('File with the certificate and its chain (PEM), relative to the configuration file.'),
          key: text('File with the private key (PEM).'),
        }),
      )
      .min(1)
      .max(1000)
      .optional()
      .meta({
        description: 'Certificates; the name the client asks for (SNI) chooses, the first is for all others.',
      }),
    local: z.array(z.string().min(1).max(253)).min(1).max(100).optional().meta({
      description:
        'Names and addresses for a certificate of the gateway’s own authority, for machines of developers.',
    }),
    profile: z.enum(['intermediate', 'modern']).optional().meta({
      description: 'Mozilla profile: `intermediate` is TLS 1.2 and 1.3, `modern` is 1.3 alone.',
      fallback: 'intermediate',
    }),
  })
  .meta({ description: 'TLS of the listener: `certificates` or `local`.' })

const ofHandshakes = {
  authorities: z
    .array(text('File with certificates of authorities (PEM), up to the root.'))
    .min(1)
    .max(100)
    .meta({
      description: 'Files with the certificates of the authorities that are believed, roots included.',
    }),
  crl: z.array(text('File with revocation lists (PEM or DER).')).min(1).max(100).optional().meta({
    description:
      'Files with revocation lists, one for each authority that issues to clients. Read anew when they change.',
  }),
  required: flag('Whether a connection without a trusted certificate is ended.').optional().meta({
    description: 'Whether a connection without a trusted certificate is ended.',
    fallback: 'false',
  }),
}

const clientCertificates: z.ZodType<ClientCertificatesInput, ClientCertificatesInput> = z
  .strictObject({
    ...ofHandshakes,
    header: z.enum(certificateHeaders).optional().meta({
      description:
        'With `clearTextFrom`: the header by which the balancer tells the certificate of its client.',
    }),
  })
  .meta({
    description: 'Client certificates: asked for in the handshake, or told by the balancer that ends TLS.',
  })

export const listener: z.ZodType<ListenerInput, ListenerInput> = z.strictObject({
  address: text('`:8443` for all interfaces, `127.0.0.1:8443`, `[::1]:8443`.'),
  tls: tls.optional(),
  misdirected: z.enum(['refuse', 'serve']).optional().meta({
    description:
      'What happens to a request for a host that the certificate does not cover: 421, or it is served.',
    fallback: 'refuse',
  }),
  hsts: text('Value of `Strict-Transport-Security`, or `off`.')
    .optional()
    .meta({ fallback: 'max-age=31536000; off with `local`' }),
  redirectToHttps: z
    .union([z.boolean(), z.strictObject({ port: count('Port that the redirect names.', 1, 65_535) })])
    .optional()
    .meta({
      description:
        'Only redirects GET and HEAD to HTTPS, on the port of the first TLS listener or on `port`.',
      fallback: 'false',
    }),
  clearTextFrom: networks(
    'Balancers that end TLS: only they may speak clear text here, for what they received over HTTPS.',
  ).optional(),
  clientCertificates: clientCertificates.optional(),
  serve: z
    .array(z.enum(['health', 'metrics']))
    .min(1)
    .optional()
    .meta({ description: 'Only these, for probes and Prometheus; nothing of any API answers here.' }),
})

export const admin: z.ZodType<AdminInput | 'off' | false, AdminInput | 'off' | false> = z
  .union([
    z.strictObject({
      address: text('Address of the admin API.').optional().meta({ fallback: '127.0.0.1:9901' }),
      openMetricsTo: networks('Networks that read `/metrics` without a token.')
        .optional()
        .meta({ fallback: '[]' }),
      tls: tls.optional(),
      clientCertificates: z.strictObject(ofHandshakes).optional().meta({
        description: 'Client certificates of administrators, asked for in the handshake; with `tls`.',
      }),
      callers: adminCallers.optional(),
    }),
    z.literal('off'),
    z.literal(false),
  ])
  .meta({ description: 'The admin API, or `off`.' })
