import { describe, expect, it } from 'vitest'
import type { Node, Pod } from '../kube/generated/types.ts'
import { type Inhabited, representatives } from './interchangeable.ts'

function node(name: string, labels: Readonly<Record<string, string>> = {}): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: `uid-${name}`, labels: { 'kubernetes.io/hostname': name, ...labels } },
    status: { allocatable: { cpu: '4' }, addresses: [{ type: 'InternalIP', address: name }] },
  }
}

function pod(name: string, owner: string, phase = 'Running'): Pod {
  const controller = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: owner }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, uid: name, ownerReferences: [{ ...controller, controller: true }] },
    status: { phase },
  }
}

const kept = (nodes: readonly Inhabited[]): (string | undefined)[] =>
  representatives(nodes, each => each).map(each => each.node.metadata.name)

describe('nodes that are the same but for their names', () => {
  it('are one where they carry like pods', () => {
    const like = [
      { node: node('a'), pods: [pod('web-1', 'web'), pod('db-1', 'db')] },
      { node: node('b'), pods: [pod('db-2', 'db'), pod('web-2', 'web')] },
    ]
    expect(kept(like)).toEqual(['a'])
  })

  it('are not where labels, pods or how these fare differ', () => {
    const others = [
      { node: node('a'), pods: [] },
      { node: node('b', { zone: 'b' }), pods: [] },
      { node: node('c'), pods: [pod('web-1', 'web')] },
      { node: node('d'), pods: [pod('web-2', 'web', 'Pending')] },
      { node: node('e'), pods: [pod('db-1', 'db')] },
    ]
    expect(kept(others)).toEqual(['a', 'b', 'c', 'd', 'e'])
  })
})
