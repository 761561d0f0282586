import type { Exchange } from './exchange.ts'

/** The service an operation forwards to. Implemented in `http/upstream`, so that this folder knows no sockets. */
export interface Upstream {
  readonly name: string
  /** Sends the request and streams the answer to the client; finishes the exchange in every case. */
  forward(exchange: Exchange): void
}
