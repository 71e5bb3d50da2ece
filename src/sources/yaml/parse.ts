// YAML text to events. kubectl's parser (libyaml) accepts what js-yaml refuses: lines of a quoted
// text or of `[...]` that stand left of their key, such as a closing bracket. Those lines are
// indented in a copy before parsing; leading blanks mean nothing there, so the values stay the
// same.

import { type Event, parseEvents, YAMLException } from 'js-yaml'

/** Events of a text; their offsets count in `text`, which may be an indented copy. */
export interface Parsed {
  readonly text: string
  readonly events: readonly Event[]
  /** From an offset in `text` to the one in the text that was given. */
  readonly toSource: (offset: number) => number
}

const indent = ' '.repeat(128)
const repairsMax = 200

/** Parses a text or throws the YAMLException of the text as it was given. */
export function parseYaml(source: string): Parsed {
  try {
    return { text: source, events: parseEvents(source, {}), toSource: same }
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    const parsed = parseIndented(source, error)
    if (parsed === undefined) throw error
    return parsed
  }
}

function same(offset: number): number {
  return offset
}

function parseIndented(source: string, first: YAMLException): Parsed | undefined {
  let text = source
  let error = first
  const inserted: number[] = []
  for (let repair = 0; repair < repairsMax; repair++) {
    if (error.reason !== 'deficient indentation' || error.mark === undefined) return undefined
    const lines = lineStartsToIndent(text, error.mark.position)
    const at = lines[0]
    if (at === undefined || inserted.includes(at)) return undefined
    text = insertIndents(text, lines, inserted)
    try {
      const events = parseEvents(text, {})
      const places = [...inserted].sort((a, b) => a - b)
      return { text, events, toSource: offset => sourceOffset(offset, places) }
    } catch (next) {
      if (!(next instanceof YAMLException)) throw next
      error = next
    }
  }
  return undefined
}

// The line that was refused and those after it up to one that may end the text or bracket.
function lineStartsToIndent(text: string, position: number): number[] {
  const starts: number[] = []
  let start = text.lastIndexOf('\n', position - 1) + 1
  for (;;) {
    starts.push(start)
    const end = text.indexOf('\n', start)
    const line = text.slice(start, end < 0 ? text.length : end)
    if (end < 0 || /["'\]}[{]/.test(line)) return starts
    start = end + 1
  }
}

// `inserted` holds where indents stand in the copy; earlier entries move along.
function insertIndents(text: string, starts: readonly number[], inserted: number[]): string {
  const first = starts[0] ?? 0
  const shift = starts.length * indent.length
  for (let index = 0; index < inserted.length; index++) {
    const place = inserted[index] ?? 0
    if (place >= first) inserted[index] = place + shift
  }
  let copy = text.slice(0, first)
  starts.forEach((start, index) => {
    inserted.push(start + index * indent.length)
    copy += indent + text.slice(start, starts[index + 1] ?? text.length)
  })
  return copy
}

function sourceOffset(offset: number, places: readonly number[]): number {
  let shift = 0
  for (const place of places) {
    if (place >= offset) break
    shift += Math.min(indent.length, offset - place)
  }
  return offset - shift
}
