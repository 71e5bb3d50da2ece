// The scale trial: each workload grows, as far as its autoscaler may take it or by one pod.

import { refText } from '../checks/life.ts'
import { request } from '../cluster/cluster.ts'
import type { World } from '../engine/world.ts'
import type { HorizontalPodAutoscaler } from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'
import { strikeRun } from './strike-run.ts'
import type { Base, Trial, TrialRun } from './trial.ts'
import { refOf, targetOf } from './voyage.ts'

/** Store keys of what can be scaled. */
export const scaledKinds = ['Deployment', 'Rollout.argoproj.io', 'StatefulSet'] as const

/** The most replicas that its autoscaler asks for; one more than now without one. */
export function replicasAtMost(world: World, object: KubeObject): number {
  const { namespace, name } = object.metadata
  const autoscalers = world.store.list(
    'HorizontalPodAutoscaler',
    namespace,
  ) as readonly HorizontalPodAutoscaler[]
  const own = autoscalers.find(({ spec }) => {
    return spec?.scaleTargetRef?.kind === object.kind && spec.scaleTargetRef.name === name
  })
  const { replicas = 1 } = (object.spec ?? {}) as { replicas?: number }
  return own?.spec?.maxReplicas ?? replicas + 1
}

function scaleOne(base: Base, object: KubeObject): TrialRun {
  const workload = refOf(object)
  const replicas = replicasAtMost(base.world, object)
  const subject = `${refText(workload)} at ${replicas} replicas`
  return strikeRun(base, { subject, workload }, voyage => {
    request(voyage.world, { verb: 'scale', target: targetOf(object), replicas })
    voyage.settle()
  })
}

export const scale = {
  name: 'scale',
  doc: 'Each workload grows to the maximum of its autoscaler, or by one pod without one.',
  isDefault: () => false,
  run: base => {
    const objects = scaledKinds.flatMap(kind => base.world.store.list(kind))
    const healthy = objects.filter(object => base.healthy.has(refText(refOf(object))))
    return { trial: 'scale', runs: healthy.map(object => scaleOne(base, object)) }
  },
} satisfies Trial
