// InterPodAffinity puts pods near to or far from other pods.
// Upstream: pkg/scheduler/framework/plugins/interpodaffinity, v1.36.3.

import type { FilterPlugin, PreFilterPlugin, PreScorePlugin, ScorePlugin } from '../../framework.ts'
import { addPod, filter, preFilter, reasons, removePod } from './filtering.ts'
import { requeueOn } from './requeue.ts'
import { normalizeScores, preScore, score } from './scoring.ts'

export const interPodAffinity = {
  name: 'InterPodAffinity',
  doc: 'Rejects nodes that break required pod affinity or anti-affinity; scores the preferred.',
  unprepared: 'error reading "PreFilterInterPodAffinity" from cycleState: not found',
  reasons,
  requeueOn,
  preFilter,
  addPod,
  removePod,
  filter,
  preScore,
  score,
  normalizeScores,
} satisfies PreFilterPlugin & FilterPlugin & PreScorePlugin & ScorePlugin
