// Who else wrote a field of a pod or of its workload: the mutators that admission applied.

import { type MutationNote, mutationTopic, type MutatorPlace } from '../admission/mutation-note.ts'
import type { Location } from '../base/problem.ts'
import type { World } from '../engine/world.ts'
import type { Platform, PlatformObject } from '../trials/platform.ts'
import { listOf, podSpecPath } from '../trials/written.ts'
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
  for (const note of mutationsIn(world)) {
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

/** Every mutation of a run, in the order in which they happened. */
export function* mutationsIn(world: World): Generator<MutationNote> {
  for (let index = 0; index < world.traceLength; index += 1) {
    const entry = world.traceAt(index)
    if (entry.type === 'note' && entry.topic === mutationTopic) yield entry.data as MutationNote
  }
}

interface Named {
  readonly kind: string
  readonly namespace?: string | undefined
  readonly name: string
}

export function isAbout(note: MutationNote, { kind, namespace, name }: Named): boolean {
  return note.kind === kind && note.namespace === namespace && note.name === name
}

function isPod(note: MutationNote, { metadata }: NonNullable<ExplainContext['pod']>): boolean {
  if (note.kind !== 'Pod' || note.namespace !== metadata.namespace) return false
  return note.name === ''
    ? note.generateName === metadata.generateName
    : note.name === metadata.name
}

/** Whether one path is the other or lies above it. */
export function overlaps(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`)
}

/** Where the mutator says what it writes: of Gatekeeper its location, of policies the mutations. */
export function mutatorPlace(
  objects: readonly PlatformObject[],
  { kind, name }: Pick<MutatorPlace, 'kind' | 'name'>,
): Location | undefined {
  for (const item of objects) {
    if (item.object.kind !== kind) continue
    const webhook = listOf(item.object['webhooks']).findIndex(each => each['name'] === name)
    if (webhook >= 0) return item.locate(`webhooks[${webhook}].name`)
    if (item.object.metadata.name !== name) continue
    return item.locate(kind === 'MutatingAdmissionPolicy' ? 'spec.mutations' : 'spec.location')
  }
  return undefined
}

/** `Assign name (file:line)` of a mutator by kind and name. */
export function mutatorText({ objects }: Platform, kind: string, name: string): MutatorText {
  const place = mutatorPlace(objects, { kind, name })
  const shown = placeText(place)
  const own = `${kind} ${name}`
  return { name: own, text: shown === '' ? own : `${own} (${shown})`, place }
}
