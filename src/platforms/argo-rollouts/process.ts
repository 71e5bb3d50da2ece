// The processes that run the controller, as its pods come and go. One leads for as long as it runs,
// then the first of the others by name.

import type { Api, Memory, ObjectChange, Part } from '../../controllers/framework.ts'
import type { Pod } from '../../kube/generated/types.ts'
import { processIn } from '../program.ts'
import type { ControllerProcess } from './cache.ts'

/** Its image, or its command. */
export const programNames = ['argo-rollouts', 'rollouts-controller'] as const

type ByPod = Readonly<Record<string, ControllerProcess>>

export interface Processes {
  readonly byPod: ByPod
  readonly leads: ControllerProcess | undefined
}

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
  const { byPod, leads } = memory.get<Processes>(processesKey) ?? { byPod: {}, leads: undefined }
  const { [key]: _gone, ...others } = byPod
  const running = now === undefined ? others : { ...others, [key]: now }
  const stays = Object.values(running).find(({ id }) => id === leads?.id)
  const next = { byPod: running, leads: stays ?? firstByName(running) } satisfies Processes
  memory.set(processesKey, next)
  return true
}

function firstByName(byPod: ByPod): ControllerProcess | undefined {
  const [first] = Object.keys(byPod).sort()
  return first === undefined ? undefined : byPod[first]
}

/** The process that leads; undefined while none runs. */
export function* leader(api: Api): Part<ControllerProcess | undefined> {
  return (yield* api.recall<Processes>(processesKey))?.leads
}
