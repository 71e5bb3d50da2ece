// The arithmetic of rollouts against recorded answers of the real functions.

import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Deployment, ReplicaSet } from '../../kube/generated/types.ts'
import { countIn, maxReplicasAnnotation } from './annotations.ts'
import {
  desiredReplicas,
  isRollingUpdate,
  maxSurge,
  maxUnavailable,
  newReplicaSetSize,
  proportionOf,
} from './budget.ts'
import { isSaturated, sizeOf, sizeSum, statusSum } from './replica-sets.ts'

interface Vector {
  readonly id: string
  readonly in: {
    readonly deployment: Deployment
    readonly replicaSets: readonly ReplicaSet[]
    readonly toAdd: number
  }
  readonly out: unknown
}

function readVectors(path: string): readonly Vector[] {
  const lines = gunzipSync(readFileSync(path)).toString().trim().split('\n')
  return lines.map(line => JSON.parse(line) as Vector)
}

function answer({ deployment, replicaSets, toAdd }: Vector['in']): unknown {
  const newSet = replicaSets[replicaSets.length - 1] as ReplicaSet
  let added = 0
  const proportions = replicaSets.map(replicaSet => {
    const maxReplicasBefore = countIn(replicaSet, maxReplicasAnnotation)
    const part = proportionOf({ deployment, replicaSet, maxReplicasBefore, toAdd, added })
    added += part
    return part
  })
  const desired = desiredReplicas(deployment)
  const replicaCount = sizeSum(replicaSets)
  return {
    actual: statusSum(replicaSets, 'replicas'),
    available: statusSum(replicaSets, 'availableReplicas'),
    maxSurge: maxSurge(deployment),
    maxUnavailable: maxUnavailable(deployment),
    minAvailable: isRollingUpdate(deployment) ? desired - maxUnavailable(deployment) : 0,
    newReplicas: newReplicaSetSize(deployment, replicaCount, sizeOf(newSet)),
    proportions,
    replicaCount,
    // The recording asked this of the first ReplicaSet.
    saturated: isSaturated(deployment, replicaSets[0]),
  }
}

/** JSON knows no -0. */
function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

describe('rollout arithmetic', () => {
  it('gives the recorded answers of the sample', () => {
    for (const { id, in: input, out } of readVectors('corpus/deployment-math.jsonl.gz')) {
      expect({ id, out: asJson(answer(input)) }).toEqual({ id, out })
    }
  })

  const all = '../shared/conformance/vectors/deployment-math.jsonl.gz'
  if (existsSync(all)) {
    it('gives all recorded answers', () => {
      const wrong = readVectors(all).filter(
        ({ in: input, out }) => JSON.stringify(asJson(answer(input))) !== JSON.stringify(out),
      )
      expect(wrong.map(({ id }) => id)).toEqual([])
    })
  } else {
    it.skip('gives all recorded answers (skipped: ../shared/conformance is absent)', () => {})
  }
})
