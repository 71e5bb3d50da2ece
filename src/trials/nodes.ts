// Trials that strike one node after the other: its loss, and its drain.

import { lifeOf, refText } from '../checks/life.ts'
import { judge } from '../checks/registry.ts'
import type { Fault } from '../faults/fault.ts'
import { faults } from '../faults/registry.ts'
import { nodeKinds } from './alike.ts'
import { drain as drainNode } from './drain.ts'
import type { Base, Trial, TrialResult, TrialRun } from './trial.ts'
import { Voyage } from './voyage.ts'

function strike(base: Base, node: string, how: (voyage: Voyage) => void): TrialRun {
  const voyage = new Voyage(base.world.fork())
  how(voyage)
  const observation = voyage.observation()
  const { startMs } = observation
  const verdicts = judge(observation).filter(({ object, owner, atMs }) => {
    const isBarePod = owner === undefined && object.kind === 'Pod'
    return base.healthy.has(refText(owner ?? object)) || (isBarePod && atMs >= startMs)
  })
  const { exhausted } = voyage
  return { subject: `node ${node}`, node, observation, verdicts, gates: [], exhausted }
}

function nodeNames({ world }: Base): readonly string[] {
  return world.store.list('Node').map(({ metadata }) => metadata.name ?? '')
}

type StrikeNode = (voyage: Voyage, node: string) => void

const nodeLoss = faults.get('node-loss') as Fault
const onlyNode = 'there is only one node, so nothing could take over'

function onEachNode(base: Base, trial: string, how: StrikeNode): TrialResult {
  const nodes = nodeNames(base)
  if (nodes.length === 1) return { trial, runs: [], skipped: onlyNode }
  const kinds = nodeKinds(base.world, lifeOf(base.world).pods)
  const runs = kinds.map(({ name }) => strike(base, name, voyage => how(voyage, name)))
  return { trial, runs }
}

export const loseNode = {
  name: 'lose-node',
  doc: 'Each node in turn falls silent and stays so.',
  run: base =>
    onEachNode(base, 'lose-node', (voyage, node) => {
      nodeLoss.apply(voyage.world, { node })
      voyage.settle()
    }),
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
