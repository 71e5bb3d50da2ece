// The processes that run the controller, as its pods come and go; the first by name leads.

import type { Api, Memory, ObjectChange, Part } from '../../controllers/framework.ts'
import type { Pod } from '../../kube/generated/types.ts'
import { processIn } from '../program.ts'
import type { ControllerProcess } from './cache.ts'
import type { RolloutsVersion } from './settled-sync.ts'

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

/** The modelled version that is nearest to an image's tag; the newest where it names none. */
export function versionOf(tag: string): RolloutsVersion {
  const [, major, minor, patch] = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(tag) ?? []
  if (major === undefined) return 'v1.8.3'
  const at = Number(major) * 1000 + Number(minor)
  if (at < 1006 || (at === 1006 && Number(patch ?? 6) === 0)) return 'v1.6.0'
  if (at === 1006) return 'v1.6.6'
  return at === 1007 ? 'v1.7.2' : 'v1.8.3'
}
