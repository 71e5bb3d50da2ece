// Answers node-zone vectors with src/controllers/node-lifecycle/zones.ts.

import {
  type NodeLifecycleOptions,
  nodeLifecycleDefaults,
} from '../../../src/controllers/node-lifecycle/options.ts'
import { rateOf, zoneState } from '../../../src/controllers/node-lifecycle/zones.ts'
import type { NodeCondition } from '../../../src/kube/generated/types.ts'
import type { Topic } from './topic.ts'

interface Input {
  readonly ready: number
  readonly notReady: number
  readonly unhealthyZoneThreshold: number
  readonly evictionRate: number
  readonly secondaryEvictionRate: number
  readonly largeClusterThreshold: number
  readonly nodes: number
}

function conditions(count: number, status: string): NodeCondition[] {
  return Array.from({ length: count }, () => ({ type: 'Ready', status }) as NodeCondition)
}

export const answer: Topic = (family, given) => {
  const input = given as Input
  if (family === 'state') {
    const { ready, notReady, unhealthyZoneThreshold } = input
    const options = { ...nodeLifecycleDefaults, unhealthyShare: unhealthyZoneThreshold }
    const all = [...conditions(ready, 'True'), ...conditions(notReady, 'False')]
    return { state: zoneState(all, options), unready: notReady }
  }
  const options: NodeLifecycleOptions = {
    ...nodeLifecycleDefaults,
    evictionsPerSecond: input.evictionRate,
    secondaryEvictionsPerSecond: input.secondaryEvictionRate,
    largeZoneNodes: input.largeClusterThreshold,
  }
  return {
    healthy: rateOf('Normal', input.nodes, options),
    reduced: rateOf('PartialDisruption', input.nodes, options),
  }
}
