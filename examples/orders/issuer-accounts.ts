/** Someone who may log in at the demo's identity provider. */
export interface DemoAccount {
  /** The `sub` of every token, and the name of its file below `tokens`. */
  readonly name: string
  /** The claim `roles`, absent from the tokens of whoever has none. */
  readonly roles: readonly string[]
}

/** Everybody: there are no passwords, whoever reaches the log-in page picks one of them. */
export const accounts: readonly DemoAccount[] = [
  { name: 'ada', roles: [] },
  { name: 'bob', roles: [] },
  { name: 'manager', roles: ['manager'] },
]

/** The account of that name, if there is one. */
export function findAccount(name: string | null | undefined): DemoAccount | undefined {
  return accounts.find((account) => account.name === name)
}
