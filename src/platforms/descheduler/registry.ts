// The strategies of the descheduler, sorted. Upstream: descheduler v0.36.0 setupplugins.go.

import { highNodeUtilization } from './high-node-utilization.ts'
import { lowNodeUtilization } from './low-node-utilization.ts'
import { podLifeTime } from './pod-life-time.ts'
import { removeDuplicates } from './remove-duplicates.ts'
import { removeFailedPods } from './remove-failed-pods.ts'
import { removePodsHavingTooManyRestarts } from './remove-pods-having-too-many-restarts.ts'
import { removePodsViolatingInterPodAntiAffinity } from './remove-pods-violating-anti-affinity.ts'
import { removePodsViolatingNodeAffinity } from './remove-pods-violating-node-affinity.ts'
import { removePodsViolatingNodeTaints } from './remove-pods-violating-node-taints.ts'
import { removePodsViolatingTopologySpreadConstraint } from './remove-pods-violating-spread.ts'
import type { Strategy } from './strategy.ts'

/** Each checks its own arguments, so they may be kept under one type. */
export const strategies: readonly Strategy<never>[] = [
  highNodeUtilization,
  lowNodeUtilization,
  podLifeTime,
  removeDuplicates,
  removeFailedPods,
  removePodsHavingTooManyRestarts,
  removePodsViolatingInterPodAntiAffinity,
  removePodsViolatingNodeAffinity,
  removePodsViolatingNodeTaints,
  removePodsViolatingTopologySpreadConstraint,
]
