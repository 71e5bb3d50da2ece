// "Did you mean": the known word that is closest to what was typed.

/** The nearest of `words`, or undefined when none is near. */
export function nearest(typed: string, words: readonly string[]): string | undefined {
  const distanceMax = Math.max(1, Math.trunc(typed.length / 3))
  let best: string | undefined
  let least = distanceMax + 1
  for (const word of words) {
    const distance = editDistance(typed.toLowerCase(), word.toLowerCase())
    if (distance < least) {
      best = word
      least = distance
    }
  }
  return best
}

/** Optimal string alignment: insert, delete, replace, swap neighbours. */
export function editDistance(a: string, b: string): number {
  let before: readonly number[] = []
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      const choices = [(last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost]
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (isSwap) choices.push((before[j - 2] ?? 0) + 1)
      row.push(Math.min(...choices))
    }
    before = last
    last = row
  }
  return last[b.length] ?? 0
}

/** Advice for a word that is none of `words`. */
export function didYouMean(typed: string, words: readonly string[]): string {
  const word = nearest(typed, words)
  const known = `known: ${words.join(', ')}`
  return word === undefined ? known : `did you mean ${word}? ${known}`
}
