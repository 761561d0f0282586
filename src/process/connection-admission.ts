import type { WireLimits } from '../config/spec.ts'
import type { Admission } from '../http/admission.ts'
export const tableBytes = 1024
export const ledgerBytes = 1024
export function forgetLedger(_a: SharedArrayBuffer, _b: SharedArrayBuffer): void {}
export class ConnectionAdmission implements Admission {
  constructor(_t: SharedArrayBuffer, _l: SharedArrayBuffer, _limits: () => WireLimits) {}
  enter(_address: string): boolean { return true }
  leave(_address: string): void {}
}
