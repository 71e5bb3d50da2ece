// Answers toleration vectors with src/kube/toleration.ts.

import type { Taint, Toleration } from '../../../src/kube/generated/types.ts'
import { firstUntolerated, taintText, toleratesTaint } from '../../../src/kube/toleration.ts'
import type { Topic } from './topic.ts'

export const answer: Topic = (_family, input) => {
  const { taints, tolerations } = input as {
    taints: readonly Taint[]
    tolerations: readonly Toleration[]
  }
  const first = (comparison: boolean): string | null => {
    const effects = ['NoSchedule', 'NoExecute']
    const taint = firstUntolerated(taints, { tolerations, effects, comparison })
    return taint === undefined ? null : taintText(taint)
  }
  return {
    firstUntolerated: first(false),
    firstUntoleratedComparison: first(true),
    pairs: tolerations.map(toleration =>
      taints.map(taint => ({
        default: toleratesTaint(toleration, taint),
        comparison: toleratesTaint(toleration, taint, { comparison: true }),
      })),
    ),
  }
}
