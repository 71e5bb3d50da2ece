// The API server is gone with the machines that carried it: nothing is noticed, nothing is
// rescheduled.

import type { World } from '../engine/world.ts'
import type { Check, Observation, Verdict } from './verdict.ts'

/** Under which the loss of servers is noted in the trace. */
export const controlPlaneTopic = 'servers-lost'

export interface ControlPlaneLoss {
  readonly left: number
  readonly needed: number
  readonly members: number
  /** Whether the members vote, so that a majority of them is needed. */
  readonly votes: boolean
}

/** What stands for the control plane in verdicts and tables. */
export const controlPlaneRef = { kind: 'ControlPlane', name: 'kube-apiserver' } as const

/** Under which it is noted that the machine of those that lead is lost. */
export const leadersTopic = 'leaders-lost'

export interface LeadersLost {
  /** Until others lead. */
  readonly afterMs: number
}

/** When others lead who lost their machine since a moment; undefined when none did. */
export function leadingAgainMs(world: World, sinceMs: number): number | undefined {
  const found = lastNote(world, leadersTopic, sinceMs)
  return found && found.atMs + (found.data as LeadersLost).afterMs
}

function lastNote(
  world: World,
  topic: string,
  sinceMs: number,
): { readonly atMs: number; readonly data: unknown } | undefined {
  for (let index = world.traceLength - 1; index >= 0; index -= 1) {
    const entry = world.traceAt(index)
    if (entry.atMs < sinceMs) return undefined
    if (entry.type === 'note' && entry.topic === topic) return entry
  }
  return undefined
}

/** The last loss of so many servers that the API server went down since a moment. */
export function controlPlaneLoss(
  world: World,
  sinceMs: number,
): { readonly atMs: number; readonly loss: ControlPlaneLoss } | undefined {
  const found = lastNote(world, controlPlaneTopic, sinceMs)
  return found && { atMs: found.atMs, loss: found.data as ControlPlaneLoss }
}

function lostIn({ world, startMs, endMs }: Observation): readonly Verdict[] {
  const found = controlPlaneLoss(world, startMs)
  if (found === undefined || !world.isDown(controlPlaneRef.name)) return []
  const { atMs, loss } = found
  const { left, members, needed } = loss
  const message =
    `${left} of ${members} servers ${left === 1 ? 'is' : 'are'} left, ${needed} ` +
    `${needed === 1 ? 'is' : 'are'} needed: the API server is down, and nothing is rescheduled`
  const verdict = loss.votes && members > 1 ? 'quorum-lost' : 'down'
  const seconds = (endMs - atMs) / 1000
  const counts = { n: left, of: members, seconds, open: true }
  return [{ verdict, object: controlPlaneRef, atMs, message, ...counts }]
}

export const controlPlaneLost = {
  name: 'control-plane-lost',
  doc: 'Too few servers are left for an API server: nothing is noticed and nothing rescheduled.',
  verdicts: ['quorum-lost', 'down'],
  judge: lostIn,
} satisfies Check
