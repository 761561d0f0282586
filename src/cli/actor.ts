import type { Actor } from '../store/change.ts'

/** Whoever works at the command line: the user of the system, since there is no other proof. */
export const commandLine: Actor = {
  name: `command line (user ${process.getuid?.() ?? 'unknown'})`,
  from: null,
}
