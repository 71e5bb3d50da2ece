// Every remedy; of equal proof the earlier one is told first.

import { addNodes } from './add-nodes.ts'
import { allowUnavailable } from './allow-unavailable.ts'
import { countPerRevision } from './count-per-revision.ts'
import { fewerReplicas } from './fewer-replicas.ts'
import type { Remedy } from './framework.ts'
import { relaxAntiAffinity } from './relax-anti-affinity.ts'
import { relaxBudget } from './relax-budget.ts'
import { secondReplica } from './second-replica.ts'
import { servedVersion } from './served-version.ts'

export const remedies: readonly Remedy[] = [
  servedVersion,
  countPerRevision,
  allowUnavailable,
  secondReplica,
  relaxBudget,
  addNodes,
  relaxAntiAffinity,
  fewerReplicas,
]
