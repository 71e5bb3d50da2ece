// What an explanation may look at: the platform with its places, the run, the scheduler's notes.

import type { Location } from '../base/problem.ts'
import { refText } from '../checks/life.ts'
import type { World } from '../engine/world.ts'
import type { Node, Pod } from '../kube/generated/types.ts'
import { keyFrom, type KubeObject, type ObjectRef } from '../kube/object.ts'
import type { Platform, PlatformObject } from '../trials/platform.ts'
import { refOf } from '../trials/voyage.ts'
import type { Incident } from './incident.ts'
import { type Making, makingOf, originOf } from './origins.ts'

export interface ExplainContext {
  readonly platform: Platform
  readonly incident: Incident
  readonly world: World
  /** The object that the user wrote for this workload. */
  readonly written: PlatformObject | undefined
  /** Who makes it, and what for, where an operator does. */
  readonly making: Making | undefined
  /** The workload as it stood at the end. */
  readonly workload: KubeObject | undefined
  /** One of the pods concerned, as it stood at the end. */
  readonly pod: Pod | undefined
  readonly nodes: readonly Node[]
}

/** Finds the written form of objects by reference. */
export type WrittenObjects = ReadonlyMap<string, PlatformObject>

export function writtenObjects({ objects }: Platform): WrittenObjects {
  return new Map(objects.map(object => [refText(refOf(object.object)), object]))
}

export function contextOf(
  platform: Platform,
  written: WrittenObjects,
  incident: Incident,
): ExplainContext {
  const { world } = incident.run.observation
  const { object, members } = incident
  const podRef = members.find(({ kind }) => kind === 'Pod') ?? pendingPod(incident)
  const own = written.get(refText(object))
  return {
    platform,
    incident,
    world,
    written: own,
    making: own === undefined ? makingOf(platform, object) : undefined,
    workload: world.store.get(object.kind, keyFrom(object.namespace, object.name)),
    pod: podRef && (world.store.get('Pod', keyFrom(podRef.namespace, podRef.name)) as Pod),
    nodes: world.store.list('Node') as unknown as readonly Node[],
  }
}

function pendingPod({ verdicts }: Incident): ObjectRef | undefined {
  return verdicts.find(({ verdict }) => verdict === 'pending-forever')?.object
}

/** The places of the given fields in the user's file, of those that are written there. */
export function places(context: ExplainContext, paths: readonly string[]): readonly Location[] {
  const { written, making } = context
  if (written === undefined) {
    if (making === undefined) return []
    return paths.flatMap(path => originOf(making, path)?.location ?? [])
  }
  return paths.filter(path => written.range(path) !== undefined).map(path => written.locate(path))
}

/** The place of one field, if it is written. */
export function placeOf(context: ExplainContext, path: string): Location | undefined {
  return places(context, [path])[0]
}

/** `file:line`, as texts quote a place. */
export function placeText(location: Location | undefined): string {
  if (location === undefined) return ''
  return location.line === undefined ? location.file : `${location.file}:${location.line}`
}
