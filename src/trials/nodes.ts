// Trials that strike one node or zone after the other: its loss, and the drain of a node.

import { lifeOf } from '../checks/life.ts'
import type { Fault } from '../faults/fault.ts'
import { faults } from '../faults/registry.ts'
import { nodeKinds } from './alike.ts'
import { drain as drainNode } from './drain.ts'
import { loseMachines, settleAfterLoss } from './control-plane.ts'
import { strikeNow } from './strike.ts'
import { strikeRun } from './strike-run.ts'
import type { Base, Trial, TrialResult, TrialRun } from './trial.ts'
import type { Voyage } from './voyage.ts'
import { knownZones } from './zones.ts'

function nodeNames({ world }: Base): readonly string[] {
  return world.store.list('Node').map(({ metadata }) => metadata.name ?? '')
}

type StrikeNode = (voyage: Voyage, node: string) => void

const nodeLoss = faults.get('node-loss') as Fault
const zoneLoss = faults.get('zone-loss') as Fault
const onlyNode = 'there is only one node, so nothing could take over'
const onlyZone = 'nothing says that the nodes lie in more than one zone'

function onEachNode(base: Base, trial: string, how: StrikeNode): TrialResult {
  const nodes = nodeNames(base)
  if (nodes.length === 1) return { trial, runs: [], skipped: onlyNode }
  const kinds = nodeKinds(base.world, lifeOf(base.world).pods)
  const runs = kinds.map(({ name: node }) =>
    strikeRun(base, { subject: `node ${node}`, node }, voyage => how(voyage, node)),
  )
  return { trial, runs }
}

// Hosts that only run etcd fare alike: each is a vote, and nothing else.
function etcdHostRuns(base: Base): readonly TrialRun[] {
  const [host] = base.platform.etcdHosts ?? []
  if (host === undefined) return []
  const run = strikeRun(base, { subject: `host ${host}` }, voyage => {
    loseMachines(voyage, [host])
    settleAfterLoss(voyage)
  })
  return [run]
}

export const loseNode = {
  name: 'lose-node',
  doc: 'Each node in turn falls silent and stays so; so does a host that only runs etcd.',
  run: base => {
    const result = onEachNode(base, 'lose-node', (voyage, node) => {
      strikeNow(voyage, nodeLoss, { args: { node } })
      settleAfterLoss(voyage)
    })
    return { ...result, runs: [...result.runs, ...etcdHostRuns(base)] }
  },
} satisfies Trial

export const drain = {
  name: 'drain',
  doc: 'Each node in turn is drained as kubectl does it, and stays cordoned.',
  run: base =>
    onEachNode(base, 'drain', (voyage, node) => {
      drainNode(voyage, node)
      voyage.settle()
    }),
} satisfies Trial

export const loseZone = {
  name: 'lose-zone',
  doc: 'All nodes of each zone in turn fall silent at once and stay so.',
  isDefault: ({ pools, zonesAssumedFor = 0 }) =>
    zonesAssumedFor === 0 && new Set(pools.flatMap(({ zones = [] }) => zones)).size > 1,
  run: base => {
    const trial = 'lose-zone'
    const zones = knownZones(base.platform, base.world)
    if (zones.length === 0) return { trial, runs: [], skipped: onlyZone }
    const runs = zones.map(([zone]) =>
      strikeRun(base, { subject: `zone ${zone}`, zone }, voyage => {
        strikeNow(voyage, zoneLoss, { args: { zone } })
        settleAfterLoss(voyage)
      }),
    )
    return { trial, runs }
  },
} satisfies Trial
