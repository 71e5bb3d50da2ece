// Families that docs/deviations.md lists: rows of its tables whose second cell is `suite/family`.

import { readFileSync } from 'node:fs'

/** The families listed in the document; a path without a family covers all below it. */
export function deviationsIn(text: string): ReadonlySet<string> {
  const families = new Set<string>()
  for (const line of text.split('\n')) {
    if (!line.startsWith('|')) continue
    for (const [, family] of (line.split('|')[2] ?? '').matchAll(/`([\w.-]+(?:\/[\w.-]+)+)`/g)) {
      families.add(family as string)
    }
  }
  return families
}

export function readDeviations(path: string): ReadonlySet<string> {
  return deviationsIn(readFileSync(path, 'utf8'))
}
