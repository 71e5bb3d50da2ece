import { describe, expect, it } from 'vitest'
import type { NodeGroup } from '../program.ts'
import { leastNodes, leastWaste, mostPods } from './expander.ts'
import { boundedGroups, settingsOf } from './settings.ts'

const container = (...args: string[]) => ({ name: 'ca', image: 'cluster-autoscaler', args })

describe('the command line of the autoscaler', () => {
  it('has the defaults of upstream', () => {
    expect(settingsOf(container())).toMatchObject({
      scanMs: 10_000,
      expanders: [leastWaste],
      unneededMs: 600_000,
      delayAfterAddMs: 600_000,
      delayAfterDeleteMs: 10_000,
      utilizationThreshold: 0.5,
      priorityCutoff: -10,
      deletion: { skipNodesWithSystemPods: true, skipNodesWithLocalStorage: true },
    })
  })

  it('is read flag by flag; several expanders narrow the choice in turn', () => {
    const args = ['--scan-interval=30s', '--expander=most-pods,least-nodes', '--max-nodes-total=7']
    expect(settingsOf(container(...args, '--skip-nodes-with-local-storage=false'))).toMatchObject({
      scanMs: 30_000,
      delayAfterDeleteMs: 30_000,
      expanders: [mostPods, leastNodes],
      nodesTotalMax: 7,
      deletion: { skipNodesWithLocalStorage: false },
    })
  })

  it('what is no number or duration is as if it were not said', () => {
    const given = settingsOf(container('--scan-interval=soon', '--max-nodes-total=many'))
    expect(given).toMatchObject({ scanMs: 10_000, nodesTotalMax: 0 })
  })

  it('bounds groups by name', () => {
    const group = (name: string) => ({ name, count: 1, min: 1, max: 3 }) as NodeGroup
    const bounded = boundedGroups([group('a'), group('b')], container('--nodes=2:9:b'))
    expect(bounded).toMatchObject([
      { name: 'a', min: 1, max: 3 },
      { name: 'b', min: 2, max: 9 },
    ])
  })
})
