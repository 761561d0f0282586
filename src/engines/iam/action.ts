import { Glob } from './glob.ts'

/** Actions of API Gateway's data plane, in lower case. Only `Invoke` happens here. */
const actions = ['execute-api:invoke', 'execute-api:invalidatecache', 'execute-api:manageconnections']

/** What an `Action` names, or what to write instead. Case does not matter in actions. */
export function readAction(text: string): Glob | string {
  const glob = new Glob(
    text
      .toLowerCase()
      .split('*')
      .map((piece) => [...piece].map((c) => (c === '?' ? null : c))),
  )
  if (text.includes('${')) return 'Actions take no variables.'
  if (text === '*') return glob
  if (!text.toLowerCase().startsWith('execute-api:'))
    return 'Only actions of `execute-api` happen here: take other services out of the policy.'
  if (!actions.some((action) => glob.test(action)))
    return 'Write `execute-api:Invoke`, `execute-api:*` or `*`.'
  return glob
}
