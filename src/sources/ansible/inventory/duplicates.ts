// The warning for a key that a mapping of YAML has twice. Upstream: ansible-core 2.18
// parsing/yaml/constructor.py; 2.19 _internal/_yaml/_constructor.py.

import { locationAt, type SourceFile } from '../../source-object.ts'
import { reprOf, strOf } from '../python/repr.ts'
import type { Duplicate } from '../yaml/construct.ts'
import { type LoadedFile, loadFile } from '../yaml/load.ts'
import { excerptSince219 } from '../yaml/excerpt.ts'
import type { MessageLog } from './messages.ts'
import type { Settings } from './settings.ts'

interface Log {
  readonly messages: MessageLog
  readonly settings: Settings
}

/** Loads a file and warns of each key that is written more than once; throws a Failure. */
export function loadWarning(file: SourceFile, to: Log): LoadedFile {
  const duplicates: Duplicate[] = []
  try {
    return loadFile(file, to.settings.version, duplicates)
  } finally {
    warnOfDuplicates(file, duplicates, to)
  }
}

function warnOfDuplicates(file: SourceFile, duplicates: readonly Duplicate[], to: Log): void {
  const advice = 'Using last defined value only.'
  for (const { key, mapping, offset } of duplicates) {
    const at = locationAt(file, offset)
    if (to.settings.version !== '2.19') {
      const { line, column } = locationAt(file, mapping)
      const text =
        `While constructing a mapping from ${file.name}, line ${line}, column ${column}, ` +
        `found a duplicate dict key (${strOf(key)}). ${advice}`
      to.messages.warn({ text, at, about: 'duplicate-key' })
      continue
    }
    const hasOrigin = key !== null && typeof key !== 'boolean'
    const origin = hasOrigin ? excerptSince219(file, at) : `Origin: <unknown>\n\n${strOf(key)}`
    const text = `Found duplicate mapping key ${reprOf(key)}.`
    to.messages.warn({ text, detail: `${origin}\n\n${advice}`, at, about: 'duplicate-key' })
  }
}
