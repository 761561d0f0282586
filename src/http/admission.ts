/** Who may hold connections: the process's total and each address's share, exact over all threads. */
export interface Admission {
  /** Counts a connection in; false when a limit is reached, and nothing was counted. */
  enter(address: string): boolean
  leave(address: string): void
}
