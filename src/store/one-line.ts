/** No character that forges a line or turns a text around in a list. */
export function isOneLine(text: string): boolean {
  return !/[\p{C}\p{Zl}\p{Zp}]/u.test(text)
}
