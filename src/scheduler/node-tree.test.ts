import { expect, it } from 'vitest'
import { namesOf, type NodeTree, withoutTreeNode, withTreeNode } from './node-tree.ts'
import type { Node } from './framework.ts'

function node(name: string, zone: string): Node {
  const labels = { 'topology.kubernetes.io/zone': zone }
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } }
}

function treeOf(...nodes: readonly Node[]): NodeTree {
  let tree: NodeTree = []
  for (const one of nodes) tree = withTreeNode(tree, one)
  return tree
}

it('takes one node of each zone in turn', () => {
  const tree = treeOf(node('a1', 'a'), node('a2', 'a'), node('b1', 'b'), node('a3', 'a'))
  expect(namesOf(tree)).toEqual(['a1', 'b1', 'a2', 'a3'])
  expect(namesOf(withoutTreeNode(tree, node('a1', 'a')))).toEqual(['a2', 'b1', 'a3'])
})

it('keeps trees apart that went on from the same one', () => {
  const base = treeOf(node('a1', 'a'), node('a2', 'a'))
  const left = withTreeNode(base, node('left', 'a'))
  const right = withTreeNode(base, node('right', 'a'))
  const further = withTreeNode(left, node('further', 'a'))
  expect(namesOf(base)).toEqual(['a1', 'a2'])
  expect(namesOf(left)).toEqual(['a1', 'a2', 'left'])
  expect(namesOf(right)).toEqual(['a1', 'a2', 'right'])
  expect(namesOf(further)).toEqual(['a1', 'a2', 'left', 'further'])
  expect(namesOf(withTreeNode(left, node('left', 'a')))).toEqual(['a1', 'a2', 'left'])
})
