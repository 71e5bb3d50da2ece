// The cluster autoscaler as a component: it looks at the cluster at its interval whenever something
// changed, asks a cloud for nodes, and drains those that nobody needs.
// Upstream: cluster-autoscaler 1.36.1 core/static_autoscaler.go.

import { runsProgram, type NodeGroup, type PlatformProgram } from '../program.ts'
import type { Actor, Turn } from '../../engine/actor.ts'
import { scan } from './scan.ts'
import { AutoscalerState, planScan, programName, type Wake } from './state.ts'

const watches = [
  'DaemonSet',
  'Node',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Pod',
  'PodDisruptionBudget',
  'ReplicaSet',
  'ReplicationController',
  'StatefulSet',
  'StorageClass',
] as const

export const clusterAutoscaler = {
  name: programName,
  doc: 'Adds nodes for pods that fit nowhere and removes nodes that nobody needs, within pools.',
  actors: ({ objects, groups }) =>
    runsProgram(objects, programName) && groups.length > 0 ? [autoscaler(groups)] : [],
} satisfies PlatformProgram

function autoscaler(groups: readonly NodeGroup[]): Actor<AutoscalerState> {
  return {
    name: programName,
    watches,
    identity: state => state.identity(),
    start: () => new AutoscalerState(),
    deliver: (turn, state) => planScan(turn, state, turn.nowMs + state.scanMs),
    wake: (turn, state, payload) => {
      const wake = payload as Wake
      if (wake.type === 'node') register(turn, state, { groups, ...wake })
      else {
        state.scanAtMs = undefined
        scan(turn, state, groups)
      }
    },
  }
}

/** The cloud delivers a machine, and its kubelet registers. */
function register(
  turn: Turn,
  state: AutoscalerState,
  { groups, group, index }: { groups: readonly NodeGroup[]; group: string; index: number },
): void {
  const found = groups.find(({ name }) => name === group)
  state.upcoming.delete(`${group} ${index}`)
  if (found === undefined) return
  const object = found.node(index, turn.nowMs)
  turn.submit({ verb: 'create', object }, 'cloud-provider')
}
