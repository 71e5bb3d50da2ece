// Cuts a YAML stream at its `---` lines, so that one broken document does not cost the others.
// A line that starts with `---` ends any scalar, so the cut needs no knowledge of the content.
// Upstream: apimachinery pkg/util/yaml/decoder.go (YAMLReader), v0.36.3.

/** A part of a text: offsets in UTF-16 units, `end` exclusive. */
export interface TextRange {
  readonly start: number
  readonly end: number
}

/** The documents of a stream; parts with nothing but blanks and comments are left out. */
export function chunksOf(text: string): TextRange[] {
  const chunks: TextRange[] = []
  let start = text.charCodeAt(0) === 0xfeff ? 1 : 0
  let from = isMarker(text, start) ? start : nextMarker(text, start)
  if (from > start) from = pushLeading(chunks, text, start, from)
  while (from < text.length) {
    start = from
    from = nextMarker(text, start)
    if (hasContent(text, start + 3, from)) chunks.push({ start, end: from })
  }
  return chunks
}

// What stands before the first marker is a document of its own unless it is only directives.
function pushLeading(chunks: TextRange[], text: string, start: number, marker: number): number {
  if (!hasContent(text, start, marker)) return marker
  if (firstContent(text, start, marker) !== 37) {
    chunks.push({ start, end: marker })
    return marker
  }
  const end = nextMarker(text, marker)
  chunks.push({ start, end })
  return end
}

function nextMarker(text: string, from: number): number {
  let at = text.indexOf('\n---', from)
  while (at >= 0) {
    if (isMarker(text, at + 1)) return at + 1
    at = text.indexOf('\n---', at + 1)
  }
  return text.length
}

function isMarker(text: string, at: number): boolean {
  if (!text.startsWith('---', at)) return false
  const next = text.charCodeAt(at + 3)
  return Number.isNaN(next) || next === 10 || next === 13 || next === 32 || next === 9
}

function hasContent(text: string, start: number, end: number): boolean {
  return firstContent(text, start, end) !== -1
}

// The character code of the first thing that is neither blank, comment nor `...`; -1 without any.
function firstContent(text: string, start: number, end: number): number {
  let at = start
  while (at < end) {
    const code = text.charCodeAt(at)
    if (code === 35) {
      const lineEnd = text.indexOf('\n', at)
      at = lineEnd < 0 ? end : lineEnd + 1
    } else if (code === 32 || code === 9 || code === 10 || code === 13) at++
    else if (code === 46 && text.startsWith('...', at)) at += 3
    else return code
  }
  return -1
}
