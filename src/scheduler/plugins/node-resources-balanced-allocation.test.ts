import { expect, it } from 'vitest'
import { node, pod, scoresOf } from '../plugin-testing.ts'
import { nodeResourcesBalancedAllocation } from './node-resources-balanced-allocation.ts'

const requesting = (name: string, cpu: string, memory: string, nodeName?: string) =>
  pod(name, {
    containers: [{ name: 'app', resources: { requests: { cpu, memory } } }],
    ...(nodeName !== undefined && { nodeName }),
  })

const given = {
  nodes: [node('n1'), node('n2')],
  pods: [requesting('old', '2', '0', 'n1')],
  pod: requesting('p', '0', '8Gi'),
}

it('skips pods that request nothing', () => {
  expect(scoresOf(nodeResourcesBalancedAllocation, { ...given, pod: pod('p') })).toBeUndefined()
})

it('1.36 scores how the pod changes the balance', () => {
  // n1: from |0.5 - 0| / 2 to |0.5 - 0.5| / 2: 75 becomes 100, so 50 + (50 + 25) / 2 = 87
  // n2: from balanced to |0 - 0.5| / 2: 100 becomes 75, so 50 + (50 - 25) / 2 = 62
  expect(scoresOf(nodeResourcesBalancedAllocation, given)?.raw).toEqual([87, 62])
})

it('1.34 scores the balance itself', () => {
  expect(scoresOf(nodeResourcesBalancedAllocation, { ...given, version: '1.34' })?.raw).toEqual([
    100, 75,
  ])
})
