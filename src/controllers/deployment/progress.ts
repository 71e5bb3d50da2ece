// Writing the status during a rollout, and looking again when the deadline may have run out.
// Upstream: pkg/controller/deployment/progress.go, v1.36.3.

import { sameValue } from '../equality.ts'
import { type Api, done, type Part, type ReconcileResult } from '../framework.ts'
import { conditionOf, reasons } from './conditions.ts'
import { type Draft, setStatus, writeStatus } from './draft.ts'
import type { ReplicaSets } from './replica-sets.ts'
import { deadlineMs, hasProgressDeadline, isComplete, rolloutStatus } from './status.ts'

/** Upstream's rate limited queue asks again every 5 ms during the last second. */
const impatientStepMs = 5

/** When a Deployment that shows no progress must be looked at again. */
export function progressCheck({ deployment }: Draft, nowMs: number): ReconcileResult {
  const current = conditionOf(deployment.status?.conditions, 'Progressing')
  if (!hasProgressDeadline(deployment) || current === undefined) return done
  if (isComplete(deployment, deployment.status) || current.reason === reasons.timedOut) return done
  const afterMs = deadlineMs(deployment, current.lastUpdateTime) - nowMs
  if (afterMs >= 1000) return { requeueAfterMs: afterMs + 1000 }
  // Past the deadline and yet not marked: a rollout that had completed. Upstream would ask again
  // every 5 ms for ever; only another change can alter the answer, so the twin does not.
  if (afterMs < 0) return done
  // The first of those steps that finds the deadline in the past.
  const steps = Math.max(1, Math.ceil((afterMs + 1) / impatientStepMs))
  return { requeueAfterMs: steps * impatientStepMs }
}

/** Writes the status of a rollout when it changed; otherwise plans the next progress check. */
export function* syncRolloutStatus(
  api: Api,
  draft: Draft,
  sets: ReplicaSets,
): Part<ReconcileResult> {
  const nowMs = yield* api.now()
  const status = rolloutStatus(draft, sets, nowMs)
  if (sameValue(draft.deployment.status, status)) return progressCheck(draft, nowMs)
  setStatus(draft, status)
  return yield* writeStatus(api, draft)
}
