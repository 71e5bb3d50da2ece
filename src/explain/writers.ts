// Who else wrote a field of a pod or of its workload: the mutators that admission applied.

import { type MutationNote, mutationTopic } from '../admission/gatekeeper/note.ts'
import type { Location } from '../base/problem.ts'
import type { Platform } from '../trials/platform.ts'
import { podSpecPath } from '../trials/written.ts'
import { type ExplainContext, placeText } from './context.ts'

/**
 * The mutators that wrote at one of the paths below the pod spec, as `Assign name (file:line)`;
 * each once, those of the workload before those of the pod.
 */
export function mutationWriters(
  context: ExplainContext,
  paths: readonly string[],
): readonly string[] {
  return mutatorsAt(context, paths).map(({ text }) => text)
}

/** A mutator as explanations name it, and where its location is written. */
export interface MutatorText {
  /** `Assign name`. */
  readonly name: string
  /** With its place: `Assign name (file:line)`. */
  readonly text: string
  readonly place: Location | undefined
}

/** The mutators that wrote at one of the paths below the pod spec, in the same order. */
export function mutatorsAt(
  context: ExplainContext,
  paths: readonly string[],
): readonly MutatorText[] {
  const { incident, pod, world } = context
  const writers = new Map<string, MutatorText>()
  for (let index = 0; index < world.traceLength; index += 1) {
    const entry = world.traceAt(index)
    if (entry.type !== 'note' || entry.topic !== mutationTopic) continue
    const note = entry.data as MutationNote
    const concerned = isAbout(note, incident.object) || (pod !== undefined && isPod(note, pod))
    if (!concerned) continue
    const spec = podSpecPath(note.kind)
    for (const { kind, name, location } of note.mutators) {
      const written = location.replaceAll(/\[[^\]]*\]/g, '')
      if (!paths.some(path => overlaps(written, `${spec}.${path.replaceAll(/\[\d+\]/g, '')}`)))
        continue
      const writer = mutatorText(context.platform, kind, name)
      writers.set(writer.text, writer)
    }
  }
  return [...writers.values()]
}

interface Named {
  readonly kind: string
  readonly namespace?: string | undefined
  readonly name: string
}

function isAbout(note: MutationNote, { kind, namespace, name }: Named): boolean {
  return note.kind === kind && note.namespace === namespace && note.name === name
}

function isPod(note: MutationNote, { metadata }: NonNullable<ExplainContext['pod']>): boolean {
  if (note.kind !== 'Pod' || note.namespace !== metadata.namespace) return false
  return note.name === ''
    ? note.generateName === metadata.generateName
    : note.name === metadata.name
}

/** Whether one path is the other or lies above it. */
function overlaps(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`)
}

/** `Assign name (file:line)` of a mutator by kind and name. */
export function mutatorText({ objects }: Platform, kind: string, name: string): MutatorText {
  const written = objects.find(
    ({ object }) => object.kind === kind && object.metadata.name === name,
  )
  const place = written?.locate('spec.location')
  const shown = placeText(place)
  const own = `${kind} ${name}`
  return { name: own, text: shown === '' ? own : `${own} (${shown})`, place }
}
