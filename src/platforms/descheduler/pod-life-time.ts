// PodLifeTime evicts pods that are old, or in a state for too long.
// Port of descheduler v0.36.0 pkg/framework/plugins/podlifetime.

import type { Pod, PodCondition } from '../../kube/generated/types.ts'
import { timeOrZero } from '../../kube/pod.ts'
import { aggregated, type CommonArgs, commonErrors, commonTypes } from './args.ts'
import {
  ageMs,
  allPodsOn,
  byAge,
  hasTerminatedReason,
  hasWaitingReason,
  type PodFilter,
} from './pods.ts'
import { evictableInScope, type Strategy } from './strategy.ts'

interface ConditionFilter {
  readonly type?: string
  readonly status?: string
  readonly reason?: string
  readonly minTimeSinceLastTransitionSeconds?: number
}

interface PodLifeTimeArgs extends CommonArgs {
  readonly ownerKinds?: {
    readonly include?: readonly string[]
    readonly exclude?: readonly string[]
  }
  readonly maxPodLifeTimeSeconds?: number
  readonly states?: readonly string[]
  readonly conditions?: readonly ConditionFilter[]
  readonly exitCodes?: readonly number[]
  readonly includingInitContainers?: boolean
  readonly includingEphemeralContainers?: boolean
}

const name = 'PodLifeTime'

/** Sorted, as the message lists them. */
const allowedStates: readonly string[] = [
  'Completed',
  'ContainerCannotRun',
  'ContainerCreating',
  'CrashLoopBackOff',
  'CreateContainerConfigError',
  'CreateContainerError',
  'DeadlineExceeded',
  'ErrImagePull',
  'Error',
  'Evicted',
  'Failed',
  'ImagePullBackOff',
  'InvalidImageName',
  'NodeAffinity',
  'NodeLost',
  'OOMKilled',
  'Pending',
  'PodInitializing',
  'Running',
  'Shutdown',
  'StartError',
  'Succeeded',
  'UnexpectedAdmissionError',
  'Unknown',
]

export const podLifeTime = {
  name,
  doc: 'Evicts pods by age, state, condition or exit code, oldest first.',
  point: 'deschedule',
  argTypes: {
    ...commonTypes,
    ownerKinds: { include: ['string'], exclude: ['string'] },
    maxPodLifeTimeSeconds: 'uint',
    states: ['string'],
    conditions: [
      {
        type: 'string',
        status: 'string',
        reason: 'string',
        minTimeSinceLastTransitionSeconds: 'uint',
      },
    ],
    exitCodes: ['int32'],
    includingInitContainers: 'bool',
    includingEphemeralContainers: 'bool',
  },
  validate: args => aggregated(errorsOf(args)),
  run: (handle, args, nodes) => {
    const isEvictable = evictableInScope(handle, args)
    const filters = filtersOf(args, handle.world.nowMs)
    const found = nodes.flatMap(({ metadata }) =>
      allPodsOn(handle.world, metadata.name ?? '').filter(
        pod => isEvictable(pod) && filters.every(filter => filter(pod)),
      ),
    )
    for (const pod of byAge(found, handle.world.nowMs)) {
      if (handle.evict(pod, name) === 'total-limit') return undefined
    }
    return undefined
  },
} satisfies Strategy<PodLifeTimeArgs>

function errorsOf(args: PodLifeTimeArgs): readonly string[] {
  const { include = [], exclude = [] } = args.ownerKinds ?? {}
  const [namespaces = [], selector = []] = [
    commonErrors(args.namespaces === undefined ? {} : { namespaces: args.namespaces }),
    commonErrors(args.labelSelector === undefined ? {} : { labelSelector: args.labelSelector }),
  ]
  const { states = [], conditions = [], exitCodes = [] } = args
  const isEmpty = (filter: ConditionFilter): boolean =>
    (filter.type ?? '') === '' &&
    (filter.status ?? '') === '' &&
    (filter.reason ?? '') === '' &&
    filter.minTimeSinceLastTransitionSeconds === undefined
  const hasFilter =
    args.maxPodLifeTimeSeconds !== undefined ||
    states.length + conditions.length + exitCodes.length > 0
  return [
    ...namespaces,
    ...(include.length > 0 && exclude.length > 0
      ? ['only one of Include/Exclude ownerKinds can be set']
      : []),
    ...selector,
    ...(states.every(state => allowedStates.includes(state))
      ? []
      : [`states must be one of [${allowedStates.join(' ')}]`]),
    ...conditions.flatMap((condition, index) =>
      isEmpty(condition)
        ? [
            `conditions[${index}]: at least one of type, status, reason, or minTimeSinceLastTransitionSeconds must be set`,
          ]
        : [],
    ),
    ...(hasFilter
      ? []
      : [
          'at least one filtering criterion must be specified (maxPodLifeTimeSeconds, states, conditions, or exitCodes)',
        ]),
  ]
}

function filtersOf(args: PodLifeTimeArgs, nowMs: number): readonly PodFilter[] {
  const { maxPodLifeTimeSeconds: most, states = [], conditions = [], exitCodes = [] } = args
  const { include = [], exclude = [] } = args.ownerKinds ?? {}
  const kindsOf = ({ metadata }: Pod): readonly string[] =>
    (metadata.ownerReferences ?? []).map(({ kind }) => kind)
  const filters: PodFilter[] = []
  if (most !== undefined) {
    filters.push(pod => ageMs(pod, nowMs) >= 0 && Math.floor(ageMs(pod, nowMs) / 1000) > most)
  }
  if (states.length > 0) filters.push(pod => isInState(pod, states, args))
  if (include.length > 0) filters.push(pod => kindsOf(pod).some(kind => include.includes(kind)))
  else if (exclude.length > 0) {
    filters.push(pod => !kindsOf(pod).some(kind => exclude.includes(kind)))
  }
  if (conditions.length > 0) {
    filters.push(({ status }) =>
      conditions.some(filter =>
        (status?.conditions ?? []).some(condition => fits(condition, filter, nowMs)),
      ),
    )
  }
  if (exitCodes.length > 0) {
    filters.push(({ status }) =>
      [
        ...(status?.containerStatuses ?? []),
        ...(args.includingInitContainers === true ? (status?.initContainerStatuses ?? []) : []),
      ].some(
        ({ state }) =>
          state?.terminated !== undefined && exitCodes.includes(state.terminated.exitCode ?? 0),
      ),
    )
  }
  return filters
}

function isInState({ status }: Pod, states: readonly string[], args: PodLifeTimeArgs): boolean {
  if (states.includes(status?.phase ?? '') || states.includes(status?.reason ?? '')) return true
  const lists = [
    status?.containerStatuses,
    ...(args.includingInitContainers === true ? [status?.initContainerStatuses] : []),
    ...(args.includingEphemeralContainers === true ? [status?.ephemeralContainerStatuses] : []),
  ]
  return lists.some(list => hasWaitingReason(list, states) || hasTerminatedReason(list, states))
}

function fits(condition: PodCondition, filter: ConditionFilter, nowMs: number): boolean {
  const { type = '', status = '', reason = '', minTimeSinceLastTransitionSeconds: least } = filter
  if (type !== '' && condition.type !== type) return false
  if (status !== '' && condition.status !== status) return false
  if (reason !== '' && condition.reason !== reason) return false
  if (least === undefined) return true
  const changed = timeOrZero(condition.lastTransitionTime)
  return changed !== undefined && changed <= nowMs && Math.floor((nowMs - changed) / 1000) >= least
}
