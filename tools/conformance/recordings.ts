// Reads recordings: JSON lines, plain or gzip.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** The recordings of a folder by their name without extension, sorted. */
export function recordingsIn(folder: string): readonly { name: string; path: string }[] {
  return readdirSync(folder)
    .filter(file => /\.jsonl(\.gz)?$/.test(file))
    .sort()
    .map(file => ({ name: file.replace(/\.jsonl(\.gz)?$/, ''), path: join(folder, file) }))
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
