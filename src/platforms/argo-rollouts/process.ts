// The processes that run the controller, as its pods come and go; the first by name leads.

import type { Api, Memory, ObjectChange, Part } from '../../controllers/framework.ts'
import type { Pod } from '../../kube/generated/types.ts'
import { processIn } from '../program.ts'
import type { ControllerProcess } from './cache.ts'

/** Its image, or its command. */
export const programNames = ['argo-rollouts', 'rollouts-controller'] as const

type Processes = Readonly<Record<string, ControllerProcess>>

const processesKey = 'processes'

function processOf(pod: Pod | undefined): ControllerProcess | undefined {
  const found = pod && processIn(pod, programNames)
  if (found === undefined) return undefined
  const tag = /:([^/:@]+)(?:@.*)?$/.exec(found.container.image ?? '')?.[1] ?? ''
  return { id: found.id, tag }
}

/** Learns of a change of a pod; whether the processes of the controller are others now. */
export function notePod(memory: Memory, { key, before, after }: ObjectChange): boolean {
  const old = processOf(before as Pod | undefined)
  const now = processOf(after as Pod | undefined)
  if (old?.id === now?.id && old?.tag === now?.tag) return false
  const { [key]: _gone, ...others } = memory.get<Processes>(processesKey) ?? {}
  memory.set(processesKey, now === undefined ? others : { ...others, [key]: now })
  return true
}

/** The process that leads; undefined while none runs. */
export function* leader(api: Api): Part<ControllerProcess | undefined> {
  const processes = (yield* api.recall<Processes>(processesKey)) ?? {}
  const [first] = Object.keys(processes).sort()
  return first === undefined ? undefined : processes[first]
}
