// RemovePodsHavingTooManyRestarts evicts pods whose containers keep restarting.
// Port of descheduler v0.36.0 pkg/framework/plugins/removepodshavingtoomanyrestarts.

import { unstableSort } from '../../kube/go-unstable-sort.ts'
import type { ContainerStatus, Pod } from '../../kube/generated/types.ts'
import { aggregated, type CommonArgs, commonErrors, commonTypes } from './args.ts'
import { allPodsOn, hasWaitingReason } from './pods.ts'
import { evictableInScope, evictAll, type Strategy } from './strategy.ts'

interface TooManyRestartsArgs extends CommonArgs {
  readonly podRestartThreshold?: number
  readonly includingInitContainers?: boolean
  readonly states?: readonly string[]
}

const name = 'RemovePodsHavingTooManyRestarts'
const allowedStates: readonly string[] = ['CrashLoopBackOff', 'Running']

export const removePodsHavingTooManyRestarts = {
  name,
  doc: 'Evicts pods with many container restarts, most restarts first.',
  point: 'deschedule',
  argTypes: {
    ...commonTypes,
    podRestartThreshold: 'int32',
    includingInitContainers: 'bool',
    states: ['string'],
  },
  validate: args =>
    aggregated([
      ...commonErrors(args),
      ...((args.podRestartThreshold ?? 0) < 1
        ? ['invalid PodsHavingTooManyRestarts threshold']
        : []),
      ...((args.states ?? []).every(state => allowedStates.includes(state))
        ? []
        : [`states must be one of [${allowedStates.join(' ')}]`]),
    ]),
  run: (handle, args, nodes) => {
    const isEvictable = evictableInScope(handle, args)
    const { podRestartThreshold: threshold = 0, states = [] } = args
    for (const { metadata } of nodes) {
      const found = allPodsOn(handle.world, metadata.name ?? '').filter(pod => {
        if (!isEvictable(pod)) return false
        const restarts = restartsOf(pod, args)
        const why = `number of container restarts (${restarts}) not exceeding the threshold`
        if (restarts < threshold) {
          return handle.log.refuse(pod, `ignoring pod for eviction due to: ${why}`)
        }
        return states.length === 0 || isInState(pod, states, args)
      })
      const most = unstableSort(found, (a, b) => restartsOf(a, args) > restartsOf(b, args))
      if (!evictAll(handle, most, name)) return undefined
    }
    return undefined
  },
} satisfies Strategy<TooManyRestartsArgs>

function restartsOf({ status }: Pod, args: TooManyRestartsArgs): number {
  const sum = (statuses: readonly ContainerStatus[] | undefined): number =>
    (statuses ?? []).reduce((total, { restartCount = 0 }) => total + restartCount, 0)
  const ofInit = args.includingInitContainers === true ? sum(status?.initContainerStatuses) : 0
  return sum(status?.containerStatuses) + ofInit
}

function isInState({ status }: Pod, states: readonly string[], args: TooManyRestartsArgs): boolean {
  return (
    states.includes(status?.phase ?? '') ||
    hasWaitingReason(status?.containerStatuses, states) ||
    (args.includingInitContainers === true &&
      hasWaitingReason(status?.initContainerStatuses, states))
  )
}
