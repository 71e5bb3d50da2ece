// How pods are made from templates and in which batches.

import { describe, expect, it } from 'vitest'
import type { Part } from './framework.ts'
import { podFromTemplate, podNamePrefix, slowStartBatch } from './pod-control.ts'

function runToEnd<T>(part: Part<T>): T {
  let step = part.next()
  while (step.done !== true) step = part.next()
  return step.value
}

/** Numbers of the attempts made when those in `failing` fail. */
function attempts(count: number, failing: readonly number[]) {
  const made: number[] = []
  const outcome = runToEnd(
    slowStartBatch(count, function* (index) {
      made.push(index)
      yield { type: 'now' }
      return failing.includes(index) ? `no ${index}` : undefined
    }),
  )
  return { made: made.length, ...outcome }
}

describe('slow start', () => {
  it.each([
    { name: 'all succeed', count: 5, failing: [], want: { made: 5, successes: 5 } },
    { name: 'nothing to do', count: 0, failing: [], want: { made: 0, successes: 0 } },
    {
      name: 'the first fails: one call for a whole quota',
      count: 100,
      failing: [0],
      want: { made: 1, successes: 0, error: 'no 0' },
    },
    {
      name: 'one of the second batch (1 + 2) fails: its batch ends, the next is not begun',
      count: 100,
      failing: [1],
      want: { made: 3, successes: 2, error: 'no 1' },
    },
  ])('$name', ({ count, failing, want }) => {
    expect(attempts(count, failing)).toEqual(want)
  })
})

describe('a pod from a template', () => {
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web', namespace: 'shop', uid: 'u1' },
  }

  it('takes labels, annotations and finalizers, and nothing else of the metadata', () => {
    const metadata = { name: 'ignored', labels: { app: 'web' }, annotations: {} }
    const pod = podFromTemplate({ metadata, spec: { containers: [] } }, owner)
    expect(pod.metadata).toEqual({
      generateName: 'web-',
      namespace: 'shop',
      labels: { app: 'web' },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: 'web',
          uid: 'u1',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    })
  })

  it('has a dash after the name of its owner unless that is too long', () => {
    expect(podNamePrefix('x'.repeat(252))).toHaveLength(253)
    expect(podNamePrefix('x'.repeat(253))).toHaveLength(253)
  })
})
