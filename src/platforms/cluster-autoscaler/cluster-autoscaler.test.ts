import { describe, expect, it } from 'vitest'
import type { Node, Pod } from '../../kube/generated/types.ts'
import { ClusterSnapshot, nodeInfosOf } from './cluster-snapshot.ts'
import { type DrainContext, podsToMove } from './drain.ts'
import { eligibilityOf } from './eligibility.ts'
import { estimate } from './estimator.ts'
import { type ExpansionOption, leastWaste, mostPods } from './expander.ts'
import { priorityExpander } from './priority-expander.ts'
import { simulateRemoval } from './removal.ts'

function node(name: string, cpu = '4'): Node {
  const amounts = { cpu, memory: '8Gi', pods: '110' }
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    status: {
      capacity: amounts,
      allocatable: amounts,
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  } as unknown as Node
}

function pod(name: string, cpu: string, nodeName?: string, annotations = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      annotations,
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: 'rs', controller: true },
      ],
    },
    spec: {
      containers: [{ name: 'c', resources: { requests: { cpu } } }],
      ...(nodeName !== undefined && { nodeName }),
    },
  }
}

const context: DrainContext = {
  options: {
    skipNodesWithSystemPods: true,
    skipNodesWithLocalStorage: true,
    skipNodesWithCustomControllerPods: true,
    minReplicaCount: 0,
    bspDisruptionTimeoutSeconds: 3600,
  },
  budgets: [],
  owner: (kind, namespace, name) => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { namespace, name },
  }),
  nowMs: 0,
}

describe('a node that might go', () => {
  it('goes when its pods fit elsewhere, and its cluster has one node less', () => {
    const pods = [pod('a', '1', 'n1'), pod('b', '2', 'n2')]
    const snapshot = new ClusterSnapshot(nodeInfosOf([node('n1'), node('n2')], pods))
    const result = simulateRemoval(snapshot, 'n1', context)
    expect(result.removable).toBe(true)
    if (!result.removable) return
    expect(result.after.nodeInfo('n1')).toBeUndefined()
    expect(result.after.nodeInfo('n2')?.requested.milliCpu).toBe(3000)
    expect(snapshot.nodeInfo('n1')?.pods).toHaveLength(1)
  })

  it('stays when there is no room', () => {
    const pods = [pod('a', '3', 'n1'), pod('b', '2', 'n2')]
    const snapshot = new ClusterSnapshot(nodeInfosOf([node('n1'), node('n2')], pods))
    expect(simulateRemoval(snapshot, 'n1', context)).toEqual({
      removable: false,
      reason: 'NoPlaceToMovePods',
    })
  })

  it('stays for a pod that may not be moved', () => {
    const annotations = { 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false' }
    const { pods, blocking } = podsToMove(
      [pod('a', '1', 'n1'), pod('b', '1', 'n1', annotations)],
      context,
    )
    expect(pods).toHaveLength(1)
    expect(blocking).toMatchObject({
      reason: 'NotSafeToEvictAnnotation',
      error: 'pod annotated as not safe to evict present: b',
    })
  })

  it('is looked at when no more than the threshold is requested', () => {
    const options = {
      scaleDownUtilizationThreshold: 0.5,
      scaleDownGpuUtilizationThreshold: 0.5,
      ignoreDaemonSetsUtilization: false,
      ignoreMirrorPodsUtilization: false,
      scaleDownUnreadyEnabled: true,
    }
    const given = { options, isAutoscaled: () => true, gpuLabel: 'gpu', nowMs: 0 }
    // 2 of 4 cores are the threshold; 3 are above it.
    const half = eligibilityOf({ node: node('n'), pods: [pod('a', '2', 'n')] }, given)
    expect(half).toMatchObject({ utilization: { resource: 'cpu', utilization: 0.5 } })
    expect(half.reason).toBeUndefined()
    const more = eligibilityOf({ node: node('n'), pods: [pod('a', '3', 'n')] }, given)
    expect(more.reason).toBe('NotUnderutilized')
  })
})

describe('pending pods', () => {
  const template = { node: node('t'), pods: [pod('ds', '1')] }
  const groups = [Array.from({ length: 7 }, (_, index) => pod(`p${index}`, '1'))]

  it.each([true, false])('need three nodes of three free cores, fastpath %s', fastpath => {
    const snapshot = new ClusterSnapshot([])
    const result = estimate(snapshot, groups, template, { nodesMax: 0, fastpath })
    expect(result.nodes).toBe(3)
    expect(result.pods).toHaveLength(7)
  })

  it('get no more nodes than allowed', () => {
    const snapshot = new ClusterSnapshot([])
    const result = estimate(snapshot, groups, template, { nodesMax: 2, fastpath: false })
    expect(result.nodes).toBe(2)
    expect(result.pods).toHaveLength(6)
  })
})

describe('several node groups', () => {
  const option = (nodeGroup: string, cpu: string, pods: readonly Pod[]): ExpansionOption => ({
    nodeGroup,
    nodeCount: 1,
    pods,
    template: node(nodeGroup, cpu),
    exists: true,
  })
  const small = option('spot-small', '2', [pod('a', '1')])
  const large = option('large', '8', [pod('a', '1'), pod('b', '1')])

  it('are compared by waste or by pods', () => {
    expect(leastWaste([small, large])).toEqual([small])
    expect(mostPods([small, large])).toEqual([large])
  })

  it('are taken by the highest priority that matches', () => {
    const yaml = '10:\n  - ^spot\n5:\n  - .*'
    expect(priorityExpander([large, small], yaml)).toEqual({ options: [small], warnings: [] })
    const broken = priorityExpander([large], "10:\n  - '('")
    expect(broken.options).toEqual([large])
    expect(broken.warnings[0]).toContain('error parsing regexp: missing closing ): `(`')
  })
})
