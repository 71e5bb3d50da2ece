// A small cluster for tests of programs that run in it.

import { assert } from '../base/assert.ts'
import { parseSchedule } from '../engine/schedule.ts'
import type { World } from '../engine/world.ts'
import type { KubeObject } from '../kube/object.ts'
import { nodeFromPool } from '../nodes/node-object.ts'
import { platformActors } from '../platforms/registry.ts'
import { createCluster, request } from './cluster.ts'

export interface ClusterWords {
  readonly kubernetes?: string
  readonly schedule?: string
}

/** Two nodes, all objects just created, and the programs that these run. */
export function clusterOf(
  objects: readonly KubeObject[],
  { kubernetes = '1.33', schedule = 'st2.1.d' }: ClusterWords = {},
): World {
  const pool = { name: 'n', count: 2, cpu: '8', memory: '16Gi' }
  const nodes = [0, 1].map(index => {
    const details = { nowMs: 0, kubeletVersion: 'v1.36.0', ordinal: index + 1 }
    return nodeFromPool(pool, index, details) as unknown as KubeObject
  })
  const parsed = parseSchedule(schedule)
  assert(parsed.ok, schedule)
  const programs = platformActors({ objects, groups: [] })
  const world = createCluster({ kubernetes, nodes, programs, schedule: parsed.value })
  for (const object of objects) {
    const answer = request(world, { verb: 'create', object })
    assert(answer.ok, `${object.kind} is valid`)
  }
  return world
}
