// Scales scores to 0..100. Upstream: pkg/scheduler/framework/plugins/helper/normalize_score.go,
// v1.36.3.

import { maxNodeScore } from './framework.ts'

/** Relative to the highest score; reversed, the lowest becomes the best. [0, 5, 10] gives [0, 50, 100]. */
export function normalizeToMax(scores: number[], reverse: boolean): void {
  let highest = 0
  for (const score of scores) if (score > highest) highest = score
  for (let index = 0; index < scores.length; index += 1) {
    if (highest === 0) {
      if (reverse) scores[index] = maxNodeScore
      continue
    }
    const scaled = Math.trunc((maxNodeScore * (scores[index] as number)) / highest)
    scores[index] = reverse ? maxNodeScore - scaled : scaled
  }
}
