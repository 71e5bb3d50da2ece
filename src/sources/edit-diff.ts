// The lines that an edit takes away and puts in their place.

interface Bare {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** `-  replicas: 3` and `+  replicas: 2`, hunk by hunk. */
export function diffOf(text: string, splices: readonly Bare[]): string {
  const ordered = [...splices].sort((a, b) => a.start - b.start || a.end - b.end)
  return hunksOf(text, ordered)
    .map(hunk => hunkText(text, hunk))
    .join('')
}

interface Hunk {
  readonly start: number
  readonly end: number
  readonly splices: readonly Bare[]
}

/** Splices of the same lines are one hunk. */
function hunksOf(text: string, splices: readonly Bare[]): readonly Hunk[] {
  const hunks: Hunk[] = []
  for (const splice of splices) {
    const start = text.lastIndexOf('\n', splice.start - 1) + 1
    const stop = text.indexOf('\n', splice.end)
    const end = stop < 0 ? text.length : stop
    const last = hunks.at(-1)
    if (last === undefined || start > last.end) hunks.push({ start, end, splices: [splice] })
    else {
      const joined = { start: last.start, end: Math.max(end, last.end) }
      hunks[hunks.length - 1] = { ...joined, splices: [...last.splices, splice] }
    }
  }
  return hunks
}

function hunkText(text: string, { start, end, splices }: Hunk): string {
  let after = ''
  let at = start
  for (const splice of splices) {
    after += text.slice(at, splice.start) + splice.text
    at = splice.end
  }
  after += text.slice(at, end)
  const [before, now] = [text.slice(start, end).split('\n'), after.split('\n')]
  // Lines that stay are not told.
  while (before.length > 0 && now.length > 0 && before[0] === now[0]) {
    before.shift()
    now.shift()
  }
  while (before.length > 0 && now.length > 0 && before.at(-1) === now.at(-1)) {
    before.pop()
    now.pop()
  }
  const lines = [...before.map(line => `-${line}\n`), ...now.map(line => `+${line}\n`)]
  return lines.join('')
}
