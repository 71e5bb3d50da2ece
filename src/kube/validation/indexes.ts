// Lists of job indexes such as `0,3-5`. Upstream: pkg/apis/batch/validation/validation.go
// validateIndexesFormat, v1.36.3.

/** How many indexes the text names, or what is wrong with it. */
export function parseIndexes(text: string, completions: number): number | string {
  if (text === '') return 0
  let total = 0
  let last: number | undefined
  for (const interval of text.split(',')) {
    const limits = interval.split('-')
    if (limits.length > 2) {
      return `the fragment "${interval}" violates the requirement that an index interval can have at most two parts separated by '-'`
    }
    const [low, high] = limits
    const first = indexOf(low ?? '', completions)
    if (typeof first === 'string') return first
    if (last !== undefined && last >= first) {
      return `non-increasing order, previous: ${last}, current: ${first}`
    }
    last = first
    total += 1
    if (high === undefined) continue
    const end = indexOf(high, completions)
    if (typeof end === 'string') return end
    if (first >= end) return `non-increasing order, previous: ${first}, current: ${end}`
    total += end - first
    last = end
  }
  return total
}

function indexOf(text: string, completions: number): number | string {
  if (!/^\d+$/.test(text)) return `cannot convert string to integer for index: "${text}"`
  const index = Number(text)
  return index >= completions ? `too large index: "${text}"` : index
}
