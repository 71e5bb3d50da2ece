// The scores of each plugin for reports and recordings, as the specification lists them.

import { assert } from '../../base/assert.ts'
import { maxNodeScore } from '../framework.ts'
import { normalizeToMax } from '../normalize.ts'
import type { PluginScores, Scoring } from '../scoring.ts'
import type { Decision, FastTrace } from './decision.ts'
import type { Scores } from './scores.ts'
import type { Search } from './search.ts'

interface Table {
  readonly raw: number[]
  readonly norm: number[]
}

/** Names of the plugins that skip, in the order of the profile. */
export function skippedScores(decision: Decision, scores: Scores | undefined): string[] {
  const { plan, request } = decision
  const skips: Readonly<Record<string, boolean>> = {
    NodeAffinity: !plan.nodeClass.hasPreferences,
    NodeResourcesBalancedAllocation: plan.request.skipsBalanced,
    PodTopologySpread: scores?.skipsSpread === true,
    InterPodAffinity: scores?.skipsAffinity === true,
    VolumeBinding: true,
  }
  return request.profile.preScore.flatMap(({ name }) => (skips[name] === true ? [name] : []))
}

export function explainScores(trace: FastTrace, search: Search, scores: Scores): Scoring {
  const { decision } = trace
  const { profile } = decision.request
  search.writeOut()
  const totals = Array.from(
    scores.totals.subarray(0, search.feasibleCount),
    total => total + scores.base,
  )
  const skipping = new Set(skippedScores(decision, scores))
  const tables: PluginScores[] = []
  for (const { plugin, weight } of profile.score) {
    if (skipping.has(plugin.name)) continue
    const other = decision.others.find(one => one.plugin === plugin.name)
    if (other !== undefined) tables.push(other)
    else
      tables.push({
        plugin: plugin.name,
        weight,
        ...tableOf(plugin.name, search, scores, decision),
      })
  }
  const skipped = profile.score.map(({ plugin }) => plugin.name).filter(name => skipping.has(name))
  assert(
    profile.score.length === 0 ||
      totals.every(
        (total, index) =>
          total ===
          tables.reduce((sum, { norm, weight }) => sum + (norm[index] as number) * weight, 0),
      ),
    'the scores of the plugins add up to the total',
  )
  return { scores: tables, skipped, totals }
}

function tableOf(name: string, search: Search, scores: Scores, { plan }: Decision): Table {
  const slots = Array.from(search.feasible.subarray(0, search.feasibleCount))
  const { nodes } = search.cluster
  const column = (values: Int32Array): number[] => slots.map(slot => values[slot] as number)
  switch (name) {
    case 'TaintToleration':
      return scaled(column(plan.nodeClass.taints), true)
    case 'NodeAffinity':
      return scaled(column(plan.nodeClass.preferences), false)
    case 'NodeResourcesFit':
      return same(slots.map(slot => plan.request.fitScore(slot, nodes)))
    case 'NodeResourcesBalancedAllocation':
      return same(slots.map(slot => plan.request.balancedScore(slot, nodes)))
    case 'ImageLocality':
      return same(slots.map(slot => (scores.usesImages ? plan.images.score(slot, nodes) : 0)))
    case 'PodTopologySpread':
      return spreadTable(scores)
    case 'InterPodAffinity':
      return affinityTable(scores)
    default:
      return same(slots.map(() => 0))
  }
}

function same(raw: number[]): Table {
  return { raw, norm: raw }
}

function scaled(raw: number[], reverse: boolean): Table {
  const norm = raw.slice()
  normalizeToMax(norm, reverse)
  return { raw, norm }
}

function spreadTable(scores: Scores): Table {
  const raw = [...scores.spread.raw()]
  const counted = raw.filter((_, index) => !scores.spread.isIgnored(index))
  const lowest = Math.min(Number.MAX_SAFE_INTEGER, ...counted)
  const highest = Math.max(0, ...counted)
  const norm = raw.map((value, index) => {
    if (scores.spread.isIgnored(index)) return 0
    if (highest === 0) return maxNodeScore
    return Math.trunc((maxNodeScore * (highest + lowest - value)) / highest)
  })
  return { raw, norm }
}

function affinityTable(scores: Scores): Table {
  const raw = [...scores.affinity.raw()]
  const lowest = Math.min(...raw)
  const range = Math.max(...raw) - lowest
  const norm = raw.map(value =>
    range > 0 ? Math.trunc(maxNodeScore * ((value - lowest) / range)) : 0,
  )
  return { raw, norm }
}
