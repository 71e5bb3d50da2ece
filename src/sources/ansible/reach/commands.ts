// The programs whose absence makes a command line fail.

/** Programs that run another one, and how many words of their own stand before it. */
const wrappers: ReadonlyMap<string, number> = new Map([
  ['chroot', 1],
  ['env', 0],
  ['exec', 0],
  ['nice', 0],
  ['nohup', 0],
  ['sudo', 0],
  ['time', 0],
  ['timeout', 1],
])

/** The program that a list of words runs: no assignment, no wrapper and none of its options. */
export function programAt(words: readonly string[]): string | undefined {
  let index = 0
  while (index < words.length) {
    const word = words[index] ?? ''
    const own = wrappers.get(word)
    if (/^[A-Za-z_]\w*=/.test(word)) index += 1
    else if (own === undefined) return word
    else {
      index += 1
      while (/^-|^[A-Za-z_]\w*=/.test(words[index] ?? '')) index += 1
      index += own
    }
  }
  return undefined
}

/** Words of constructs whose parts may fail. */
const construct = /(?:^|[;\n]\s*)(?:if|while|until|for|case|function)\s|[`(){}]|\|\|/

/**
 * The programs without which a text for a shell fails: the last of a pipeline, or all of it with
 * `pipefail`; of several lines the last, or all of them with `-e`. A text with constructs, with
 * commands inside words, or with `||` is taken to handle failures itself.
 */
export function programsOfShell(text: string): readonly string[] {
  const joined = text.replace(/\\\n/g, ' ').trim()
  const outside = withoutQuotes(joined)
  if (construct.test(outside)) return []
  const set = [...outside.matchAll(/(?:^|[;\n])\s*set\s+([^;\n]*)/g)]
    .map(match => match[1])
    .join(' ')
  const lines = outside
    .split(/[;\n]+/)
    .map(line => line.trim())
    .filter(line => line !== '' && !/^(?:set|cd|export|umask)\s/.test(line))
  const isStrict = /(?:^|\s)-\w*e/.test(set)
  return (isStrict ? lines : lines.slice(-1)).flatMap(line =>
    line.split('&&').flatMap(list => {
      const pipeline = list.split('|')
      const strict = set.includes('pipefail') ? pipeline : pipeline.slice(-1)
      return strict.flatMap(part => programAt(part.trim().split(/\s+/)) ?? [])
    }),
  )
}

// Operators inside quotes are no operators.
function withoutQuotes(text: string): string {
  return text.replace(/'[^']*'|"(?:\\.|[^"\\])*"/g, quoted =>
    /^["'][\w./-]*["']$/.test(quoted) ? quoted.slice(1, -1) : 'x',
  )
}
