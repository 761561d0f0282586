import { codes } from '../../codes.ts'
import type { DecisionRecord } from '../../observe/decision-record.ts'
import { redactPath } from '../../observe/redact.ts'
import type { LostRequest } from './in-flight.ts'

/** The decision record of a request whose thread died under it. */
export function lostRecord(lost: LostRequest): string {
  const record: DecisionRecord = {
    time: new Date(lost.startedAt).toISOString(),
    id: lost.id,
    listener: lost.listener,
    client: lost.client,
    method: lost.method,
    ...(lost.host === '' ? {} : { host: lost.host }),
    path: redactPath(lost.path),
    verdict: 'error',
    code: codes.THREAD_LOST.code,
    status: 0,
    bytesIn: 0,
    bytesOut: 0,
    ms: Math.max(0, Date.now() - lost.startedAt),
  }
  return `${JSON.stringify(record)}\n`
}
