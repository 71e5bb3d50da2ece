// Every built-in controller, sorted by name: what kube-controller-manager runs in the twin.

import { deployment } from './deployment/deployment.ts'
import { disruption } from './disruption/controller.ts'
import { endpointSlice } from './endpoint-slice/controller.ts'
import type { Controller } from './framework.ts'
import { garbageCollector } from './garbage-collector/garbage-collector.ts'
import { namespace } from './namespace.ts'
import { replicaSet } from './replica-set/replica-set.ts'
import { statefulSet } from './stateful-set/stateful-set.ts'
import { taintEviction } from './taint-eviction/controller.ts'

export const controllers: readonly Controller[] = [
  deployment,
  disruption,
  endpointSlice,
  garbageCollector,
  namespace,
  replicaSet,
  statefulSet,
  taintEviction,
]
