// Trials that strike one node after the other: its loss, and its drain.

import { refText } from '../checks/life.ts'
import { judge } from '../checks/registry.ts'
import { nodeLoss } from '../faults/node-loss.ts'
import { drain as drainNode } from './drain.ts'
import type { Base, Trial, TrialRun } from './trial.ts'
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

export const loseNode = {
  name: 'lose-node',
  doc: 'Each node in turn falls silent and stays so.',
  run: base => ({
    trial: 'lose-node',
    runs: nodeNames(base).map(node =>
      strike(base, node, voyage => {
        nodeLoss.apply(voyage.world, { node })
        voyage.settle()
      }),
    ),
  }),
} satisfies Trial

export const drain = {
  name: 'drain',
  doc: 'Each node in turn is drained as kubectl does it, and stays cordoned.',
  run: base => ({
    trial: 'drain',
    runs: nodeNames(base).map(node =>
      strike(base, node, voyage => {
        drainNode(voyage, node)
        voyage.settle()
      }),
    ),
  }),
} satisfies Trial
