import { expect, it } from 'vitest'
import { taintNodesByCondition } from './taint-nodes-by-condition.ts'
import { created, object } from './testing.ts'

it('taints a new node once', () => {
  const taints = [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }]
  const plain = object('v1', 'Node', 'n')
  const tainted = object('v1', 'Node', 'n', { spec: { taints } })
  for (const node of [plain, tainted]) {
    expect(created([taintNodesByCondition], node)).toMatchObject({ object: { spec: { taints } } })
  }
})
