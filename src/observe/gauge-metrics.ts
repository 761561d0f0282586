import type { GaugeName } from './counters.ts'

export interface GaugeMetric {
  readonly name: string
  /** A gauge is what is now, a counter what has been since the start. */
  readonly type: 'gauge' | 'counter'
  readonly help: string
}

/** How the cells of the data threads are called outside. */
export const gaugeMetrics: Readonly<Record<GaugeName, GaugeMetric>> = {
  connections: { name: 'sallyport_connections', type: 'gauge', help: 'Client connections open now.' },
  connectionsTotal: {
    name: 'sallyport_connections_total',
    type: 'counter',
    help: 'Client connections accepted.',
  },
  handshakes: { name: 'sallyport_tls_handshakes', type: 'gauge', help: 'TLS handshakes half open now.' },
  handshakesFailed: {
    name: 'sallyport_tls_handshakes_failed_total',
    type: 'counter',
    help: 'TLS handshakes that failed or were too slow.',
  },
  requestsActive: { name: 'sallyport_requests_active', type: 'gauge', help: 'Requests being handled now.' },
  requests: {
    name: 'sallyport_requests_received_total',
    type: 'counter',
    help: 'Requests received, also those that no operation matched.',
  },
  bytesIn: {
    name: 'sallyport_received_bytes_total',
    type: 'counter',
    help: 'Bytes of bodies received from clients.',
  },
  bytesOut: { name: 'sallyport_sent_bytes_total', type: 'counter', help: 'Bytes of bodies sent to clients.' },
  upstreamConnections: {
    name: 'sallyport_upstream_connections',
    type: 'gauge',
    help: 'Connections to services open now.',
  },
  upstreamConnectionsTotal: {
    name: 'sallyport_upstream_connections_total',
    type: 'counter',
    help: 'Connections to services opened.',
  },
  upstreamRetries: {
    name: 'sallyport_upstream_retries_total',
    type: 'counter',
    help: 'Requests sent once more because a reused connection had died unanswered.',
  },
  recordsDropped: {
    name: 'sallyport_records_dropped_total',
    type: 'counter',
    help: 'Decision records that a data thread could not hand over.',
  },
  undeclared: {
    name: 'sallyport_undeclared_total',
    type: 'counter',
    help: 'Requests forwarded although undeclared (undeclared: observe).',
  },
  observedDenials: {
    name: 'sallyport_observed_denials_total',
    type: 'counter',
    help: 'Denials that were recorded and not enforced (mode: observe).',
  },
  memoryClaimed: {
    name: 'sallyport_claimed_bytes',
    type: 'gauge',
    help: 'Memory that clients make the data threads hold now.',
  },
  connectionsRefused: {
    name: 'sallyport_connections_refused_total',
    type: 'counter',
    help: 'Connections closed at once: a limit of connections, or draining.',
  },
}
