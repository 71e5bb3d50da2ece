// Every cause finder; their causes are listed in this order.

import { admissionPolicy } from './admission-policy.ts'
import type { CauseFinder } from './cause-finder.ts'
import { disruptionBudget, installerGate, lostNode, singleReplica } from './consequences.ts'
import { exceededQuota } from './exceeded-quota.ts'
import { missingObject } from './missing-object.ts'
import { missingTarget } from './missing-target.ts'
import { neverEvicted } from './never-evicted.ts'
import { noScheduler } from './no-scheduler.ts'
import { overlappingBudgets } from './overlapping-budgets.ts'
import { placement } from './placement.ts'
import { podWarning } from './pod-warning.ts'
import { refusedFields } from './refused-fields.ts'
import { rolloutBudget } from './rollout-budget.ts'
import { twoWriters } from './two-writers.ts'
import { unknownKind } from './unknown-kind.ts'
import { webhook } from './webhook.ts'

export const causeFinders: readonly CauseFinder[] = [
  twoWriters,
  rolloutBudget,
  noScheduler,
  placement,
  podWarning,
  neverEvicted,
  singleReplica,
  lostNode,
  disruptionBudget,
  overlappingBudgets,
  unknownKind,
  refusedFields,
  missingObject,
  missingTarget,
  admissionPolicy,
  webhook,
  exceededQuota,
  installerGate,
]
