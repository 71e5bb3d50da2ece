// A unified diff of two texts without a header, three lines of context.
// Upstream: github.com/pmezard/go-difflib as apimachinery pkg/util/diff uses it, v0.36.3.

const context = 3

interface Step {
  readonly sign: ' ' | '-' | '+'
  readonly text: string
  readonly oldLine: number
  readonly newLine: number
}

/** The hunks of the difference, each line ended; empty when both are equal. */
export function unifiedDiff(before: string, after: string): string {
  const steps = stepsOf(before.split('\n'), after.split('\n'))
  const near = steps.map((_, at) =>
    steps.slice(Math.max(0, at - context), at + context + 1).some(step => step.sign !== ' '),
  )
  let text = ''
  for (let at = 0; at < steps.length; at += 1) {
    if (near[at] !== true) continue
    let end = at
    while (near[end] === true) end += 1
    text += hunk(steps.slice(at, end))
    at = end
  }
  return text
}

function hunk(steps: readonly Step[]): string {
  const removed = steps.filter(step => step.sign !== '+')
  const added = steps.filter(step => step.sign !== '-')
  const [first] = steps
  const lines = steps.map(({ sign, text }) => `${sign}${text}\n`).join('')
  const old = `${(first?.oldLine ?? 0) + 1},${removed.length}`
  const next = `${(first?.newLine ?? 0) + 1},${added.length}`
  return `@@ -${old} +${next} @@\n${lines}`
}

/** Longest common subsequence, removals before additions. */
function stepsOf(before: readonly string[], after: readonly string[]): readonly Step[] {
  const lengths = before.map(() => Array.from({ length: after.length + 1 }, () => 0))
  lengths.push(Array.from({ length: after.length + 1 }, () => 0))
  const length = (i: number, j: number): number => lengths[i]?.[j] ?? 0
  for (let i = before.length - 1; i >= 0; i -= 1) {
    const row = lengths[i] as number[]
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const same = before[i] === after[j]
      row[j] = same ? length(i + 1, j + 1) + 1 : Math.max(length(i + 1, j), length(i, j + 1))
    }
  }
  const steps: Step[] = []
  let i = 0
  let j = 0
  while (i < before.length || j < after.length) {
    const place = { oldLine: i, newLine: j }
    if (i < before.length && j < after.length && before[i] === after[j]) {
      steps.push({ sign: ' ', text: before[i] as string, ...place })
      i += 1
      j += 1
    } else if (j >= after.length || (i < before.length && length(i + 1, j) >= length(i, j + 1))) {
      steps.push({ sign: '-', text: before[i] as string, ...place })
      i += 1
    } else {
      steps.push({ sign: '+', text: after[j] as string, ...place })
      j += 1
    }
  }
  return steps
}
