// PodTopologySpread spreads pods over zones, nodes or other domains.
// Upstream: pkg/scheduler/framework/plugins/podtopologyspread, v1.36.3.

import type { FilterPlugin, PreFilterPlugin, PreScorePlugin, ScorePlugin } from '../../framework.ts'
import { addPod, filter, preFilter, reasons, removePod } from './filtering.ts'
import { requeueOn } from './requeue.ts'
import { normalizeScores, preScore, score } from './scoring.ts'

export const podTopologySpread = {
  name: 'PodTopologySpread',
  doc: 'Rejects nodes that would break topologySpreadConstraints; scores those that need not hold.',
  unprepared: 'reading "PreFilterPodTopologySpread" from cycleState: not found',
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
