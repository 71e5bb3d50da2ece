// NodeResourcesFit keeps pods on nodes with enough room and scores how full they become.
// Upstream: pkg/scheduler/framework/plugins/noderesources/fit.go, v1.36.3.

import type { FilterPlugin, PreFilterPlugin, PreScorePlugin, ScorePlugin } from '../../framework.ts'
import { filter, preFilter, reasons } from './filtering.ts'
import { requeueOn } from './requeue.ts'
import { preScore, score } from './scoring.ts'

export const nodeResourcesFit = {
  name: 'NodeResourcesFit',
  doc: 'Rejects nodes without room for the requests; by default the emptier node scores higher.',
  unprepared: 'error reading "PreFilterNodeResourcesFit" from cycleState: not found',
  reasons,
  requeueOn,
  preFilter,
  filter,
  preScore,
  score,
} satisfies PreFilterPlugin & FilterPlugin & PreScorePlugin & ScorePlugin
