// What decides where a pod goes: the specification, or the fast engine (fast/), which takes the
// same decisions on columns.

import type { Pod, PodNominator, SchedulerChoices, SchedulerListers } from './framework.ts'
import type { SchedulerCache } from './cache.ts'
import type { Profile } from './profile.ts'
import { type ScheduleOutcome, schedulePod } from './schedule-pod.ts'

/** One attempt. */
export interface EngineRequest {
  readonly profile: Profile
  readonly cache: SchedulerCache
  readonly listers: SchedulerListers
  readonly nominator: PodNominator
  readonly choices: SchedulerChoices
  /** Where the walk over the nodes starts; the answer says where the next one does. */
  readonly nextStartNodeIndex: number
  /** Keep raw scores for reports and recordings. */
  readonly keepRaw?: boolean
}

export interface SchedulingEngine {
  readonly name: string
  /**
   * Decides and changes nothing. What the outcome tells beside node and message is made when it is
   * read, and must be read before the cache changes.
   */
  schedule(pod: Pod, request: EngineRequest): ScheduleOutcome
}

/** The plugins as they are written, on a snapshot. */
export const specification: SchedulingEngine = {
  name: 'specification',
  schedule: (pod, request) => schedulePod(pod, { ...request, snapshot: request.cache.snapshot() }),
}
