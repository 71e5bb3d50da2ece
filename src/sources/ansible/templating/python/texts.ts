// Python's operations on texts: splitting, stripping, changes of case.

const space = /[\s\x1c-\x1f\x85]/

/** Whether Python counts the character as whitespace. */
export function isSpace(character: string): boolean {
  return character !== '\ufeff' && space.test(character)
}

/** `strip`, `lstrip`, `rstrip`; whitespace where no characters are given. */
export function strip(
  text: string,
  characters: string | undefined,
  side: 'both' | 'left' | 'right' = 'both',
): string {
  const goes = (character: string): boolean =>
    characters === undefined ? isSpace(character) : characters.includes(character)
  let start = 0
  let end = text.length
  if (side !== 'right') while (start < end && goes(text[start] as string)) start++
  if (side !== 'left') while (end > start && goes(text[end - 1] as string)) end--
  return text.slice(start, end)
}

interface SplitOptions {
  /** How often to split; negative is always. */
  readonly max: number
  readonly isFromRight: boolean
}

/** `split` and `rsplit` with a separator. */
export function split(
  text: string,
  separator: string,
  { max, isFromRight }: SplitOptions,
): string[] {
  const parts = text.split(separator)
  if (max < 0 || parts.length <= max + 1) return parts
  if (isFromRight) {
    const at = parts.length - max
    return [parts.slice(0, at).join(separator), ...parts.slice(at)]
  }
  return [...parts.slice(0, max), parts.slice(max).join(separator)]
}

/** `split` and `rsplit` at whitespace. */
export function splitWhitespace(text: string, max: number, isFromRight: boolean): string[] {
  const words = [...text.matchAll(/[^\s\x1c-\x1f\x85]+/g)]
  if (max < 0 || words.length <= max) return words.map(word => word[0])
  if (isFromRight) {
    const kept = words.slice(words.length - max)
    const rest = strip(text.slice(0, kept[0]?.index ?? text.length), undefined)
    return [...(rest === '' ? [] : [rest]), ...kept.map(word => word[0])]
  }
  const rest = words[max]
  const tail = rest === undefined ? [] : [strip(text.slice(rest.index), undefined, 'right')]
  return [...words.slice(0, max).map(word => word[0]), ...tail]
}

/** `splitlines`. */
export function splitLines(text: string, keepsEnds: boolean): string[] {
  const lines = text.match(
    /[^\r\n\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029])|[^\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+$/g,
  )
  const all: string[] = lines ?? []
  return keepsEnds
    ? all
    : all.map(line => line.replace(/(?:\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029])$/, ''))
}

/** `capitalize`. */
export function capitalize(text: string): string {
  const [first = ''] = text
  return first.toUpperCase() + text.slice(first.length).toLowerCase()
}

/** `casefold`, for the letters that differ from `lower`. */
export function casefold(text: string): string {
  return text.toLowerCase().replaceAll('ß', 'ss').replaceAll('ς', 'σ')
}

/** `swapcase`. */
export function swapCase(text: string): string {
  return Array.from(text)
    .map(each => (each === each.toLowerCase() ? each.toUpperCase() : each.toLowerCase()))
    .join('')
}

/** `str.title`: every run of letters capitalized. */
export function titleCase(text: string): string {
  return text.replace(/\p{L}+/gu, capitalize)
}
