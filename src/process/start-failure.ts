import type { GatewaySpec } from '../config/spec.ts'
import { StartError } from './start-error.ts'
import { ThreadRefusal } from './threads/data-threads.ts'

/** What went wrong while something was started or reloaded, as a sentence with its remedy. */
export function asStartError(error: unknown, spec: GatewaySpec): StartError {
  if (error instanceof StartError) return error
  if (error instanceof ThreadRefusal) return new StartError(error.message)
  const { code, message } = error as NodeJS.ErrnoException
  return new StartError(
    code === 'EROFS' || code === 'EACCES'
      ? `${message}: the folder ${spec.dataFolder} must be writable; name another with \`data\` or --data.`
      : message,
  )
}
