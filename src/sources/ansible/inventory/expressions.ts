// Globs and regular expressions of Python as those of JavaScript.
// Upstream: CPython 3.11 Lib/fnmatch.py translate; Lib/re.

/** A shell glob for whole names (`web*`, `db[0-9]`). */
export function globExpression(glob: string): RegExp | undefined {
  let source = ''
  for (let at = 0; at < glob.length; ) {
    const character = glob[at] as string
    if (character === '*') source += '.*'
    else if (character === '?') source += '.'
    else if (character === '[') {
      const end = closing(glob, at)
      if (end !== undefined) {
        source += characterClass(glob.slice(at + 1, end))
        at = end + 1
        continue
      }
      source += '\\['
    } else source += escaped(character)
    at += 1
  }
  return compiled(`^(?:${source})$`, 's')
}

// A bracket right after the opening (or its `!`) is a member.
function closing(glob: string, at: number): number | undefined {
  let end = at + 1
  if (glob[end] === '!') end += 1
  if (glob[end] === ']') end += 1
  end = glob.indexOf(']', end)
  return end < 0 ? undefined : end
}

function characterClass(content: string): string {
  const isNegated = content.startsWith('!')
  const members = withoutEmptyRanges(isNegated ? content.slice(1) : content)
  if (members === '') return isNegated ? '.' : '(?!)'
  return `[${isNegated ? '^' : ''}${members}]`
}

// A range that runs backwards has no members; JavaScript would refuse it.
function withoutEmptyRanges(content: string): string {
  let result = ''
  for (let at = 0; at < content.length; at += 1) {
    const first = content[at] as string
    const last = content[at + 2]
    const isRange = content[at + 1] === '-' && last !== undefined
    if (isRange && first <= last) result += `${member(first)}-${member(last)}`
    else if (!isRange) result += member(first)
    if (isRange) at += 2
  }
  return result
}

function member(character: string): string {
  return /[\\\]^[-]/.test(character) ? `\\${character}` : character
}

/** A regular expression of Python that must match from the beginning of a name. */
export function regularExpression(source: string): RegExp | undefined {
  const flags = /^\(\?([aimsux]+)\)/.exec(source)
  const body = (flags === null ? source : source.slice(flags[0].length))
    .replaceAll('(?P<', '(?<')
    .replaceAll(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replaceAll('\\Z', '$')
    .replaceAll('\\A', '^')
  const kept = (flags?.[1] ?? '').replace(/[^ims]/g, '')
  return compiled(`^(?:${body})`, kept)
}

function compiled(source: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(source, `${flags}u`)
  } catch {
    return withoutUnicode(source, flags)
  }
}

// Escapes such as `\-` are only allowed without the flag.
function withoutUnicode(source: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(source, flags)
  } catch {
    return undefined
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
