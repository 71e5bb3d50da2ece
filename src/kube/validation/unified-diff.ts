// A unified diff of two texts without a header, three lines of context.
// Port of github.com/pmezard/go-difflib 5d4384ee4fb2 as apimachinery v0.36.3 pkg/util/diff uses it.

const context = 3

/** `before[beforeStart, beforeEnd)` became `after[afterStart, afterEnd)`. */
interface Step {
  readonly equal: boolean
  readonly beforeStart: number
  readonly beforeEnd: number
  readonly afterStart: number
  readonly afterEnd: number
}

interface Block {
  readonly before: number
  readonly after: number
  readonly size: number
}

interface Lines {
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** Where a line stands in `after`; lines that stand there too often are left out. */
  readonly places: ReadonlyMap<string, readonly number[]>
}

/** The hunks of the difference, each line ended; empty when both are equal. */
export function unifiedDiff(before: string, after: string): string {
  const lines = linesOf(before.split('\n'), after.split('\n'))
  return hunksOf(stepsOf(lines))
    .map(steps => hunkText(lines, steps))
    .join('')
}

const popularFrom = 200

function linesOf(before: readonly string[], after: readonly string[]): Lines {
  const places = new Map<string, number[]>()
  after.forEach((line, at) => {
    const known = places.get(line)
    if (known === undefined) places.set(line, [at])
    else known.push(at)
  })
  if (after.length >= popularFrom) {
    const often = Math.floor(after.length / 100) + 1
    for (const [line, all] of places) if (all.length > often) places.delete(line)
  }
  return { before, after, places }
}

/** A part of `before` and the part of `after` that stands against it. */
interface Window {
  readonly beforeStart: number
  readonly beforeEnd: number
  readonly afterStart: number
  readonly afterEnd: number
}

/** The longest run of rare lines common to both parts, then extended by any equal lines. */
function longestMatch({ before, after, places }: Lines, window: Window): Block {
  const { beforeStart, beforeEnd, afterStart, afterEnd } = window
  let [i, j, size] = [beforeStart, afterStart, 0]
  let lengths = new Map<number, number>()
  for (let at = beforeStart; at < beforeEnd; at += 1) {
    const next = new Map<number, number>()
    for (const place of places.get(before[at] as string) ?? []) {
      if (place < afterStart || place >= afterEnd) continue
      const length = (lengths.get(place - 1) ?? 0) + 1
      next.set(place, length)
      if (length > size) [i, j, size] = [at - length + 1, place - length + 1, length]
    }
    lengths = next
  }
  while (i > beforeStart && j > afterStart && before[i - 1] === after[j - 1]) {
    i -= 1
    j -= 1
    size += 1
  }
  while (i + size < beforeEnd && j + size < afterEnd && before[i + size] === after[j + size]) {
    size += 1
  }
  return { before: i, after: j, size }
}

/** Equal blocks in order, as the matcher finds them: the longest first, then on both sides of it. */
function blocksOf(lines: Lines): readonly Block[] {
  const blocks: Block[] = []
  const visit = (window: Window): void => {
    const block = longestMatch(lines, window)
    const { before: i, after: j, size } = block
    if (size === 0) return
    const { beforeStart, beforeEnd, afterStart, afterEnd } = window
    if (beforeStart < i && afterStart < j) visit({ ...window, beforeEnd: i, afterEnd: j })
    blocks.push(block)
    const [restBefore, restAfter] = [i + size, j + size]
    if (restBefore < beforeEnd && restAfter < afterEnd) {
      visit({ ...window, beforeStart: restBefore, afterStart: restAfter })
    }
  }
  const { before, after } = lines
  visit({ beforeStart: 0, beforeEnd: before.length, afterStart: 0, afterEnd: after.length })
  return blocks
}

function stepsOf(lines: Lines): readonly Step[] {
  const steps: Step[] = []
  let [i, j] = [0, 0]
  const end = { before: lines.before.length, after: lines.after.length, size: 0 }
  for (const { before, after, size } of [...blocksOf(lines), end]) {
    if (i < before || j < after) {
      steps.push({
        equal: false,
        beforeStart: i,
        beforeEnd: before,
        afterStart: j,
        afterEnd: after,
      })
    }
    const step = { beforeStart: before, afterStart: after }
    ;[i, j] = [before + size, after + size]
    const last = steps.at(-1)
    // Blocks that touch are one.
    if (last?.equal === true && size > 0) {
      steps[steps.length - 1] = { ...last, beforeEnd: i, afterEnd: j }
    } else if (size > 0) steps.push({ equal: true, ...step, beforeEnd: i, afterEnd: j })
  }
  return steps
}

/** Changes with their context; those that are far from each other stand in hunks of their own. */
function hunksOf(steps: readonly Step[]): readonly (readonly Step[])[] {
  const hunks: Step[][] = []
  let hunk: Step[] = []
  steps.forEach((step, at) => {
    const [isFirst, isLast] = [at === 0, at === steps.length - 1]
    const head = { ...step, beforeEnd: cut(step, 'before'), afterEnd: cut(step, 'after') }
    const tail = {
      ...step,
      beforeStart: Math.max(step.beforeStart, step.beforeEnd - context),
      afterStart: Math.max(step.afterStart, step.afterEnd - context),
    }
    if (!step.equal) hunk.push(step)
    else if (isFirst) hunk = [tail]
    else if (isLast) hunk.push(head)
    else if (step.beforeEnd - step.beforeStart <= 2 * context) hunk.push(step)
    else {
      hunks.push([...hunk, head])
      hunk = [tail]
    }
  })
  return [...hunks, hunk].filter(each => each.some(step => !step.equal))
}

function cut(step: Step, side: 'before' | 'after'): number {
  return Math.min(step[`${side}End`], step[`${side}Start`] + context)
}

function hunkText({ before, after }: Lines, steps: readonly Step[]): string {
  const [first, last] = [steps[0] as Step, steps.at(-1) as Step]
  const from = rangeText(first.beforeStart, last.beforeEnd)
  const to = rangeText(first.afterStart, last.afterEnd)
  let text = `@@ -${from} +${to} @@\n`
  for (const { equal, beforeStart, beforeEnd, afterStart, afterEnd } of steps) {
    for (const line of before.slice(beforeStart, beforeEnd)) text += `${equal ? ' ' : '-'}${line}\n`
    if (equal) continue
    for (const line of after.slice(afterStart, afterEnd)) text += `+${line}\n`
  }
  return text
}

function rangeText(start: number, end: number): string {
  const length = end - start
  if (length === 1) return `${start + 1}`
  return `${length === 0 ? start : start + 1},${length}`
}
