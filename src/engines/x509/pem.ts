/** Whether the file is text in PEM (RFC 7468); what is not is taken for DER. */
export function isPem(file: Buffer): boolean {
  return file.includes('-----BEGIN ')
}

/**
 * The blocks of a PEM file with one of these labels, decoded; other blocks and text between are passed over. Null when
 * a block does not end or is not base64.
 */
export function pemBlocks(file: Buffer, labels: readonly string[]): Buffer[] | null {
  const text = file.toString('latin1')
  const blocks: Buffer[] = []
  for (let at = text.indexOf('-----BEGIN '); at >= 0; at = text.indexOf('-----BEGIN ', at)) {
    const dashes = text.indexOf('-----', at + 11)
    if (dashes < 0) return null
    const label = text.slice(at + 11, dashes)
    const end = text.indexOf(`-----END ${label}-----`, dashes)
    if (end < 0) return null
    if (labels.includes(label)) {
      const block = decoded(text.slice(dashes + 5, end))
      if (block === null) return null
      blocks.push(block)
    }
    at = end + 1
  }
  return blocks
}

/** Node's decoder skips what it does not know: what was left out would go unnoticed. */
function decoded(body: string): Buffer | null {
  const text = body.replace(/[\r\n\t ]/g, '')
  const bytes = Buffer.from(text, 'base64')
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : null
}
