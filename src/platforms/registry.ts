// The third-party programs that the twin can run, sorted by name.

import type { Actor } from '../engine/actor.ts'
import type { KubeObject } from '../kube/object.ts'
import { descheduler } from './descheduler/program.ts'
import type { PlatformProgram } from './program.ts'

export const platformPrograms: readonly PlatformProgram[] = [descheduler]

/** The components of all programs that the objects of a platform run. */
export function platformActors(objects: readonly KubeObject[]): readonly Actor[] {
  return platformPrograms.flatMap(({ actors }) => actors(objects))
}
