// Answers intstr vectors with src/kube/int-or-percent.ts.

import {
  type IntOrString,
  resolveFenceposts,
  scaleIntOrPercent,
} from '../../../src/kube/int-or-percent.ts'
import type { Topic } from './topic.ts'

export const answer: Topic = (family, input) => {
  if (family === 'scaled') {
    const { value, total, roundUp } = input as {
      value: IntOrString | null
      total: number
      roundUp: boolean
    }
    const scaled = scaleIntOrPercent(value, total, roundUp)
    return scaled.ok ? { n: scaled.value } : { error: scaled.error }
  }
  const { maxSurge, maxUnavailable, desired } = input as {
    maxSurge: IntOrString | null
    maxUnavailable: IntOrString | null
    desired: number
  }
  const posts = resolveFenceposts(maxSurge, maxUnavailable, desired)
  return posts.ok ? { surge: posts.surge, unavailable: posts.unavailable } : { error: posts.error }
}
