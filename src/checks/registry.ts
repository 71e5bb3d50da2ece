// Every check, most important first: the order in which verdicts are reported.

import { degraded, down } from './availability.ts'
import { churn } from './churn.ts'
import { controlPlaneLost } from './control-plane.ts'
import { diverged } from './diverged.ts'
import { lifeOf } from './life.ts'
import { loop } from './loop.ts'
import { noscale } from './noscale.ts'
import { overscale } from './overscale.ts'
import { pendingForever, pendingTransient } from './pending.ts'
import { quorumLost } from './quorum.ts'
import { drainStuck, rejected, upgradeStuck } from './refused.ts'
import { rolloutOk, rolloutStuck } from './rollout.ts'
import { terminatingForever } from './terminating.ts'
import { unmodelled } from './unmodelled.ts'
import { unboundClaim } from './unbound-claim.ts'
import type { Check, Observation, Verdict } from './verdict.ts'

export const checks: readonly Check[] = [
  rejected,
  drainStuck,
  upgradeStuck,
  rolloutStuck,
  loop,
  diverged,
  pendingForever,
  unboundClaim,
  controlPlaneLost,
  quorumLost,
  down,
  degraded,
  terminatingForever,
  churn,
  noscale,
  overscale,
  unmodelled,
  rolloutOk,
  pendingTransient,
]

/** Everything that the checks say about a finished run, in the order of the registry. */
export function judge(observation: Observation): readonly Verdict[] {
  const life = lifeOf(observation.world)
  return checks.flatMap(check => check.judge(observation, life))
}
