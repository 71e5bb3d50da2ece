// Where a pod may go, for people: the nodes that fit with every score, the nodes that do not with
// what they lack, and what the nearest would need.

import type { Blocker, FeasibleNode, PodPlacement } from '../explain/placement/report.ts'
import { columns } from './columns.ts'
import { counted } from './words.ts'

/** Rows of the score table; the rest is counted. */
const rowsMax = 12
const namesMax = 4

/** The whole story of one pod; ends with a newline. */
export function placementText(placement: PodPlacement): string {
  const { feasible, rejected, message, preFilter } = placement
  const parts = [
    headText(placement),
    ...(message === undefined ? [] : [`${message}\n`]),
    ...(preFilter === undefined
      ? []
      : [`${preFilter.plugin} rejects the pod on every node: ${preFilter.reasons.join(', ')}\n`]),
    ...(feasible.length === 0 ? [] : [scoresText(placement)]),
    ...(rejected.length === 0 ? [] : [rejectionsText(placement)]),
    ...(placement.nearest === undefined ? [] : [nearestText(placement.nearest)]),
  ]
  return parts.join('\n')
}

function headText({ namespace, name, node, scheduler, feasible, rejected }: PodPlacement): string {
  const all = feasible.length + rejected.length
  const where = node === undefined ? 'waits for a node' : `runs on ${node}`
  const fits = all === 0 ? '' : `; ${feasible.length} of ${counted(all, 'node')} fit`
  return `Pod ${namespace}/${name} ${where} (${scheduler})${fits}\n`
}

/** One row per node, one column per plugin: the score of 0 to 100 times its weight. */
function scoresText({ feasible, weights, ties, node }: PodPlacement): string {
  const plugins = Object.keys(weights)
  if (plugins.length === 0) {
    const [only] = feasible
    return `${only?.node ?? ''} is the only node that fits, so nothing is scored\n`
  }
  const head = ['NODE', ...plugins.map(each => `${each}×${weights[each] ?? 1}`), 'TOTAL']
  const shown = feasible.slice(0, rowsMax)
  const rows = shown.map(each => [
    `${each.node}${each.node === node ? ' *' : ''}`,
    ...plugins.map(plugin => String(each.scores[plugin]?.norm ?? 0)),
    String(each.total),
  ])
  const rest = feasible.slice(rowsMax)
  const tied =
    ties.length > 1
      ? `${counted(ties.length, 'node')} share the highest total, any may be taken\n`
      : ''
  return `${columns([head, ...rows])}${restText(rest)}${tied}`
}

function restText(rest: readonly FeasibleNode[]): string {
  const totals = rest.map(({ total }) => total)
  const [highest] = totals
  if (highest === undefined) return ''
  return `and ${counted(rest.length, 'node')} with totals from ${highest} down to ${totals.at(-1) ?? highest}\n`
}

interface Group {
  readonly blocker: Blocker
  readonly nodes: string[]
  readonly all: Blocker[]
}

/** Equal rejections together: who rejects, how many nodes, and what the best of them lacks. */
function rejectionsText({ rejected }: PodPlacement): string {
  const groups = new Map<string, Group>()
  for (const { node, blockers } of rejected) {
    for (const blocker of blockers) {
      const key = `${blocker.plugin}\0${blocker.wanted ?? blocker.missing ?? blocker.reasons.join()}`
      const group = groups.get(key)
      if (group === undefined) groups.set(key, { blocker, nodes: [node], all: [blocker] })
      else {
        group.nodes.push(node)
        group.all.push(blocker)
      }
    }
  }
  const rows = [...groups.values()].map(group => [
    group.blocker.plugin,
    nodesText(group.nodes),
    group.blocker.wanted ?? '-',
    rangeText(group, 'has'),
    rangeText(group, 'missing'),
  ])
  return columns([['REJECTED BY', 'NODES', 'WANTED', 'HAS', 'MISSING'], ...rows])
}

function nodesText(nodes: readonly string[]): string {
  if (nodes.length <= namesMax) return nodes.join(', ')
  const shown = nodes.slice(0, namesMax - 1)
  return `${shown.join(', ')} and ${nodes.length - shown.length} more`
}

/** What the nodes of a group say; where it can be measured, the best of them. */
function rangeText({ all, blocker }: Group, field: 'has' | 'missing'): string {
  const best = all.reduce((a, b) => (b.distance < a.distance ? b : a), blocker)
  const textOf = (each: Blocker): string =>
    each[field] ?? (field === 'missing' ? each.reasons.join(', ') : '-')
  const distinct = [...new Set(all.map(textOf))]
  if (distinct.length === 1) return textOf(best)
  if (all.some(({ distance }) => distance !== best.distance)) return `${textOf(best)} at best`
  return distinct.length <= namesMax ? distinct.join('; ') : `${distinct.length} different`
}

function nearestText({ node, changes }: NonNullable<PodPlacement['nearest']>): string {
  return `nearest: ${node} would take it with ${changes.join(' and ')}\n`
}
