import { StoreError } from './store-error.ts'

/** Control characters would forge lines in lists and logs. */
export function requireName(what: string, text: string): void {
  if (text === '' || text.length > 200 || /\p{C}/u.test(text)) {
    throw new StoreError(`the ${what} is a text of 1 to 200 characters without control characters`)
  }
}
