// Reads recordings: JSON lines, plain or gzip.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gunzipSync } from 'node:zlib'

const recording = /\.jsonl(\.gz)?$/

/** The recordings in a folder and below, or a single one, by name without extension, sorted. */
export function recordingsIn(folder: string): readonly { name: string; path: string }[] {
  if (statSync(folder).isFile()) {
    return [{ name: basename(folder).replace(recording, ''), path: folder }]
  }
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => recording.test(file))
    .sort()
    .map(file => ({ name: file.replace(recording, ''), path: join(folder, file) }))
}

/** Every line of a recording, parsed. */
export function* readRecording(path: string): Generator<unknown> {
  for (const line of readLines(path)) yield JSON.parse(line)
}

/** Every line of a recording as it stands there. */
export function* readLines(path: string): Generator<string> {
  const bytes = readFileSync(path)
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  let start = 0
  while (start < text.length) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    if (end > start) yield text.slice(start, end)
    start = end + 1
  }
}
