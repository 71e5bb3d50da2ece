// The counters of a DaemonSet. Upstream: pkg/controller/daemon/daemon_controller.go
// (updateDaemonSetStatus, storeDaemonSetStatus), v1.36.3.

import type { Mutable } from '../../base/mutable.ts'
import type { DaemonSet, Node, Pod } from '../../kube/generated/types.ts'
import { isPodAvailable, isPodReady } from '../../kube/pod.ts'
import { errorText } from '../failures.ts'
import type { Api, Part } from '../framework.ts'
import type { Placement } from './placement.ts'
import { byNode, isUpToDate, oldestFirst } from './pods.ts'

type Status = NonNullable<DaemonSet['status']>

export interface StatusInput {
  readonly daemonSet: DaemonSet
  readonly nodes: readonly Node[]
  readonly placement: (node: Node) => Placement
  readonly pods: readonly Pod[]
  readonly hash: string
  readonly nowMs: number
}

type Counters = Required<
  Pick<
    Status,
    | 'desiredNumberScheduled'
    | 'currentNumberScheduled'
    | 'numberMisscheduled'
    | 'numberReady'
    | 'updatedNumberScheduled'
    | 'numberAvailable'
    | 'numberUnavailable'
  >
>

/** Counts nodes by what they should run and do run; of several pods on one the oldest counts. */
export function countersOf(input: StatusInput): Counters {
  const pods = byNode(input.pods)
  const minReadySeconds = input.daemonSet.spec?.minReadySeconds ?? 0
  const count = {
    desiredNumberScheduled: 0,
    currentNumberScheduled: 0,
    numberMisscheduled: 0,
    numberReady: 0,
    updatedNumberScheduled: 0,
    numberAvailable: 0,
    numberUnavailable: 0,
  }
  for (const node of input.nodes) {
    const here = pods.get(node.metadata.name ?? '')
    if (!input.placement(node).shouldRun) {
      if (here !== undefined) count.numberMisscheduled += 1
      continue
    }
    count.desiredNumberScheduled += 1
    const oldest = here && oldestFirst(here)[0]
    if (oldest === undefined) continue
    count.currentNumberScheduled += 1
    if (isPodReady(oldest)) {
      count.numberReady += 1
      if (isPodAvailable(oldest, minReadySeconds, input.nowMs)) count.numberAvailable += 1
    }
    if (isUpToDate(input.daemonSet, oldest, input.hash)) count.updatedNumberScheduled += 1
  }
  count.numberUnavailable = count.desiredNumberScheduled - count.numberAvailable
  return count
}

const omittedAtZero = ['updatedNumberScheduled', 'numberAvailable', 'numberUnavailable'] as const

function withoutCounters(status: Status | undefined): Partial<Status> {
  const {
    updatedNumberScheduled: _updated,
    numberAvailable: _available,
    numberUnavailable: _unavailable,
    ...rest
  } = status ?? {}
  return rest
}

/** Three counters are left out when they are zero, as Go's omitempty does. */
function stored(counters: Counters): Status {
  const rest: Mutable<Status> = { ...counters }
  for (const field of omittedAtZero) if (rest[field] === 0) delete rest[field]
  return rest
}

const attemptsMax = 2

/** Writes the counters if they changed; answers the error. */
export function* storeStatus(
  api: Api,
  daemonSet: DaemonSet,
  counters: Counters,
  observed: boolean,
): Part<string | undefined> {
  const old = daemonSet.status
  const generation = daemonSet.metadata.generation ?? 0
  const fields = Object.keys(counters) as (keyof Counters)[]
  const same = fields.every(field => (old?.[field] ?? 0) === counters[field])
  if (old !== undefined && same && (old.observedGeneration ?? 0) >= generation) return undefined
  let current = daemonSet
  for (let attempt = 1; ; attempt += 1) {
    const status = {
      ...withoutCounters(current.status),
      ...stored(counters),
      ...(observed && { observedGeneration: generation }),
    }
    const answer = yield* api.updateStatus({ ...current, status })
    if (answer.ok) return undefined
    if (attempt === attemptsMax) return errorText(answer)
    const { namespace, name = '' } = daemonSet.metadata
    const live = yield* api.getLive('DaemonSet', namespace, name)
    if (!live.ok) return errorText(live)
    current = live.object
  }
}
