/** For the terminal and the JSON line: no more digits than the measurement carries. */
export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}

/** The middle value, or the mean of the two middle ones. @throws RangeError for an empty list. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const high = sorted[Math.floor(sorted.length / 2)]
  const low = sorted[Math.ceil(sorted.length / 2) - 1]
  if (high === undefined || low === undefined) throw new RangeError('no values to take the median of')
  return (low + high) / 2
}
