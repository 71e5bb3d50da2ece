// RemoveFailedPods evicts pods in phase Failed.
// Port of descheduler v0.36.0 pkg/framework/plugins/removefailedpods.

import type { ContainerStatus, Pod } from '../../kube/generated/types.ts'
import { aggregated, type CommonArgs, commonErrors, commonTypes } from './args.ts'
import { ageMs, allPodsOn } from './pods.ts'
import { evictableInScope, evictAll, type Strategy } from './strategy.ts'

interface RemoveFailedPodsArgs extends CommonArgs {
  readonly excludeOwnerKinds?: readonly string[]
  readonly minPodLifetimeSeconds?: number
  readonly reasons?: readonly string[]
  readonly exitCodes?: readonly number[]
  readonly includingInitContainers?: boolean
}

const name = 'RemoveFailedPods'
const minSecondsDefault = 3600

export const removeFailedPods = {
  name,
  doc: 'Evicts failed pods of a minimal age, by reason or exit code.',
  point: 'deschedule',
  argTypes: {
    ...commonTypes,
    excludeOwnerKinds: ['string'],
    minPodLifetimeSeconds: 'uint',
    reasons: ['string'],
    exitCodes: ['int32'],
    includingInitContainers: 'bool',
  },
  validate: args => aggregated(commonErrors(args)),
  run: (handle, args, nodes) => {
    const isEvictable = evictableInScope(handle, args)
    for (const { metadata } of nodes) {
      const found = allPodsOn(handle.world, metadata.name ?? '').filter(pod => {
        if (pod.status?.phase !== 'Failed' || !isEvictable(pod)) return false
        const why = aggregated(obstacles(pod, args, handle.world.nowMs))
        return (
          why === undefined || handle.log.refuse(pod, `ignoring pod for eviction due to: ${why}`)
        )
      })
      if (!evictAll(handle, found, name)) return undefined
    }
    return undefined
  },
} satisfies Strategy<RemoveFailedPodsArgs>

function obstacles(pod: Pod, args: RemoveFailedPodsArgs, nowMs: number): readonly string[] {
  const { minPodLifetimeSeconds: least = minSecondsDefault } = args
  const { excludeOwnerKinds = [], reasons = [], exitCodes = [] } = args
  const { status } = pod
  const statuses = [
    ...(status?.containerStatuses ?? []),
    ...(args.includingInitContainers === true ? (status?.initContainerStatuses ?? []) : []),
  ]
  const age = ageMs(pod, nowMs)
  // A pod of the future has, as an unsigned number, a very high age.
  const isYoung = age >= 0 && Math.floor(age / 1000) < least
  const kinds = (pod.metadata.ownerReferences ?? []).map(({ kind }) => kind)
  const given = [...statuses.flatMap(reasonsOf), ...(status?.reason ? [status.reason] : [])]
  const codes = statuses.flatMap(({ state }) => state?.terminated?.exitCode ?? [])
  return [
    ...(isYoung ? [`pod does not exceed the min age seconds of ${least}`] : []),
    ...kinds
      .filter(kind => excludeOwnerKinds.includes(kind))
      .map(kind => `pod's owner kind of ${kind} is excluded`),
    ...(reasons.length > 0 && !given.some(reason => reasons.includes(reason))
      ? ['pod does not match any of the reasons']
      : []),
    ...(exitCodes.length > 0 && !codes.some(code => exitCodes.includes(code))
      ? ['pod does not match any of the exitCodes']
      : []),
  ]
}

function reasonsOf({ state }: ContainerStatus): readonly string[] {
  return [state?.waiting?.reason, state?.terminated?.reason].filter(
    reason => reason !== undefined && reason !== '',
  ) as readonly string[]
}
