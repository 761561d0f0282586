/** The store cannot be used. The message is one sentence for the operator: what is wrong and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
}

/** The audit log cannot be read or written, so that nothing may be changed. The message is a sentence as above. */
export class AuditError extends Error {
  override readonly name = 'AuditError'
}
