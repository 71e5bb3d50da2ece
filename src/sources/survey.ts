// What lies in a folder that seatrial.yaml could name as a source: one entry for each child that
// holds something, as the source that would read it.

import { join } from 'node:path'
import type { SourceSpec } from '../trials/spec.ts'
import type { Place } from './framework.ts'
import { load } from './load.ts'
import { childrenOf, openNamed } from './place.ts'
import { sourceFor } from './registry.ts'

export interface Surveyed {
  readonly source: SourceSpec
  /** Objects in it; unknown for what a tool has to build first. */
  readonly objects?: number
  /** Whether it says what nodes there are. */
  readonly hasPools: boolean
}

/** The sources in a folder, in order of their names. */
export function survey(folder: string): readonly Surveyed[] {
  const opened = openNamed(folder, () => '')
  if ('problem' in opened) return []
  const whole = built(opened.place)
  if (whole !== undefined) return [whole]
  return childrenOf(opened.place).flatMap(child => {
    if ('problem' in child) return []
    const { place } = child
    return built(place) ?? holding(place) ?? []
  })
}

/** A kustomization or a chart: a tool of the user builds it. */
function built(place: Place): Surveyed | undefined {
  if (place.type !== 'folder') return undefined
  const name = sourceFor(place)?.name
  if (name === 'kustomize') return { source: { kustomize: place.path }, hasPools: false }
  if (name !== 'helm') return undefined
  const release = join(place.path).split('/').at(-1) ?? 'release'
  return { source: { helm: place.path, values: [], release }, hasPools: false }
}

function holding(place: Place): Surveyed | undefined {
  // A seatrial.yaml is what is being written.
  if (sourceFor(place)?.name === 'seatrial.yaml') return undefined
  if (place.type === 'file' && sourceFor(place) === undefined) return undefined
  const { objects, poolsSetBy } = load([place.path])
  const hasPools = poolsSetBy !== 'default'
  if (objects.length === 0 && !hasPools) return undefined
  return { source: { path: place.path }, objects: objects.length, hasPools }
}
