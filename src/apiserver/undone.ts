// Writes that admission takes back: a component sets a field, and a mutator sets it to what it was,
// in the same request. Nothing is stored, so nothing tells of it but a note.

import { formatPath, type PathPart, pathParts, valueAt } from '../kube/field-path.ts'
import type { KubeObject } from '../kube/object.ts'
import { semanticEqual } from './equality.ts'

/** Topic of the notes that carry an UndoneNote. */
export const undoneTopic = 'write-undone'

export interface UndoneNote {
  /** The key of the kind. */
  readonly kind: string
  readonly namespace: string | undefined
  readonly name: string
  /** Fields that were sent and are as before, in the order in which they were sent. */
  readonly paths: readonly string[]
  /** Who sent them. */
  readonly writer?: string
}

/** Fields in which `sent` differs from what is stored and the outcome does not. */
export function undonePaths(
  sent: KubeObject,
  { old, result }: { readonly old: KubeObject; readonly result: KubeObject },
): readonly string[] {
  const changed: string[] = []
  for (const field of namesOf(sent, old)) {
    if (field === 'metadata' || field === 'status') continue
    collect(sent[field], old[field], [field], changed)
  }
  return changed.filter(path => {
    const parts = pathParts(path)
    return semanticEqual(valueAt(result, parts), valueAt(old, parts))
  })
}

function namesOf(a: object, b: object): readonly string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function collect(a: unknown, b: unknown, at: readonly PathPart[], changed: string[]): void {
  if (semanticEqual(a, b)) return
  if (isMap(a) && isMap(b)) {
    for (const name of namesOf(a, b)) collect(a[name], b[name], [...at, name], changed)
  } else changed.push(formatPath(at))
}
