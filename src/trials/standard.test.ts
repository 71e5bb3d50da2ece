import { describe, expect, it } from 'vitest'
import type { Verdict } from '../checks/verdict.ts'
import type { KubeObject } from '../kube/object.ts'
import { install } from './install.ts'
import type { Platform } from './platform.ts'
import { defaultTrials, trials } from './registry.ts'
import { size } from './size.ts'
import type { PoolSpec } from './spec.ts'
import type { Trial, TrialResult } from './trial.ts'
import { batchesOf } from './upgrade.ts'

const meta = (name: string) => ({ name, namespace: 'default' })
const labels = { app: 'web' }

function web(replicas: number, cpu = '100m'): KubeObject {
  const container = { name: 'c', image: 'i', resources: { requests: { cpu } } }
  const spec = { replicas, selector: { matchLabels: labels } }
  const template = { metadata: { labels }, spec: { containers: [container] } }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: meta('web'),
    spec: { ...spec, template },
  }
}

function budget(minAvailable: number): KubeObject {
  const spec = { minAvailable, selector: { matchLabels: labels } }
  return { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: meta('web'), spec }
}

const autoscaler: KubeObject = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: meta('web'),
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: 1,
    maxReplicas: 9,
  },
}

function platform(objects: readonly KubeObject[], pool: Partial<PoolSpec> = {}): Platform {
  const pools = [{ name: 'n', count: 3, cpu: '4', memory: '8Gi', ...pool }]
  const written = objects.map(object => ({
    object,
    locate: () => ({ file: '' }),
    range: () => undefined,
  }))
  return { kubernetes: '1.36', pools, objects: written }
}

function tried(name: string, given: Platform): TrialResult {
  const trial = trials.find(each => each.name === name) as Trial
  return trial.run(install(given))
}

const verdictsOf = ({ runs }: TrialResult): readonly Verdict[] =>
  runs.flatMap(({ verdicts }) => verdicts)
const namesOf = (result: TrialResult): readonly string[] =>
  verdictsOf(result).map(({ verdict }) => verdict)

describe('which trials run by default', () => {
  const names = (given: Platform) => defaultTrials(given).map(({ name }) => name)
  it('lose-zone does where the user names zones, not where they were assumed', () => {
    const zones = ['a', 'b']
    expect(names(platform([]))).toEqual(['restart', 'lose-node', 'drain'])
    expect(names(platform([], { zones }))).toContain('lose-zone')
    expect(names({ ...platform([], { zones }), zonesAssumedFor: 1 })).not.toContain('lose-zone')
    expect(names(platform([], { zones: ['a'] }))).not.toContain('lose-zone')
  })
})

describe('lose-zone', () => {
  it('is one run for each zone and names it', () => {
    const result = tried('lose-zone', platform([web(1)], { zones: ['a', 'b', 'c'] }))
    expect(result.runs.map(({ subject }) => subject)).toEqual(['zone a', 'zone b', 'zone c'])
    const down = verdictsOf(result).filter(({ verdict }) => verdict === 'down')
    expect(down).toHaveLength(1)
  })

  it('says why it was not run', () => {
    expect(tried('lose-zone', platform([web(1)])).skipped).toContain('zone')
  })
})

describe('upgrade', () => {
  it('in place: a single replica is down for a moment at each drain, and all nodes are back', () => {
    const result = tried('upgrade', platform([web(1)]))
    const [run] = result.runs
    const down = verdictsOf(result).find(({ verdict }) => verdict === 'down')
    expect(down?.open).toBeUndefined()
    expect(down?.seconds).toBeLessThan(30)
    const nodes = run?.observation.world.store.list('Node') ?? []
    expect(nodes.map(({ metadata }) => metadata.name)).toEqual(['n-1', 'n-2', 'n-3'])
    const closed = nodes.filter(({ spec }) => {
      return (spec as { unschedulable?: boolean } | undefined)?.unschedulable === true
    })
    expect(closed).toEqual([])
  })

  it('by surge: new nodes of the same zones take the place of the old', () => {
    const given = platform([web(2)], { zones: ['a', 'b'], upgrade: { strategy: 'surge' } })
    const result = tried('upgrade', given)
    const nodes = result.runs[0]?.observation.world.store.list('Node') ?? []
    const zone = 'topology.kubernetes.io/zone'
    expect(nodes.map(({ metadata }) => [metadata.name, metadata.labels?.[zone]])).toEqual([
      ['n-1-new', 'a'],
      ['n-2-new', 'b'],
      ['n-3-new', 'a'],
    ])
    expect(namesOf(result)).not.toContain('upgrade-stuck')
  })

  it('a budget that allows nothing stops it at the node of the pod', () => {
    const result = tried('upgrade', platform([web(1), budget(1)]))
    const stuck = verdictsOf(result).find(({ verdict }) => verdict === 'upgrade-stuck')
    expect(stuck).toMatchObject({ owner: { kind: 'Deployment', name: 'web' }, open: true })
    expect(stuck?.node).toMatch(/^n-\d$/)
    expect(namesOf(result)).not.toContain('drain-stuck')
  })

  describe('a node that stays full', () => {
    const timeoutMs = 60_000
    const cases = [
      {
        name: 'ends it after the last try',
        drain: { tries: [{ timeoutMs }, { timeoutMs }] },
        want: true,
      },
      {
        name: 'is upgraded all the same where that is said',
        drain: { tries: [{ timeoutMs }], goesOnAnyway: true },
        want: false,
      },
      {
        name: 'is emptied by a later try that asks no budget',
        drain: { tries: [{ timeoutMs }, { disableEviction: true }] },
        want: false,
      },
      { name: "is nobody's matter where nothing is drained", drain: { tries: [] }, want: false },
    ]
    it.each(cases)('$name', ({ drain, want }) => {
      const given = platform([web(1), budget(1)], {
        upgrade: { drain: { pauseMs: 1000, ...drain } },
      })
      expect(namesOf(tried('upgrade', given)).includes('upgrade-stuck')).toBe(want)
    })
  })

  it('a node that is full when its tries end takes pods again', () => {
    const drain = { tries: [{ timeoutMs: 60_000 }], pauseMs: 0, uncordons: true }
    const result = tried('upgrade', platform([web(1), budget(1)], { upgrade: { drain } }))
    const nodes = result.runs[0]?.observation.world.store.list('Node') ?? []
    expect(nodes.filter(({ spec }) => Object.values(spec ?? {}).includes(true))).toEqual([])
  })

  it('all nodes at once: nothing is left to run on', () => {
    const given = platform([web(2)], { upgrade: { atOnce: '100%' } })
    const down = verdictsOf(tried('upgrade', given)).find(({ verdict }) => verdict === 'down')
    expect(down?.seconds).toBeGreaterThan(100)
  })

  it.each([
    { name: 'one by one', upgrade: {}, want: [1, 1, 1, 1, 1] },
    { name: 'two at a time', upgrade: { atOnce: 2 }, want: [2, 2, 1] },
    { name: 'a percentage rounds up', upgrade: { atOnce: '50%' }, want: [3, 2] },
    { name: 'never more than there are', upgrade: { atOnce: 9 }, want: [5] },
  ])('$name', ({ upgrade, want }) => {
    const pool = { name: 'n', count: 5, cpu: '4', memory: '8Gi', upgrade }
    expect(batchesOf(pool).map(({ length }) => length)).toEqual(want)
  })
})

describe('scale', () => {
  it('goes to the maximum of the autoscaler', () => {
    const result = tried('scale', platform([web(1, '2'), autoscaler]))
    expect(result.runs.map(({ subject }) => subject)).toEqual([
      'Deployment default/web at 9 replicas',
    ])
    expect(namesOf(result)).toContain('pending-forever')
  })

  it('is one pod more without one', () => {
    const result = tried('scale', platform([web(2)]))
    expect(result.runs[0]?.subject).toBe('Deployment default/web at 3 replicas')
    expect(namesOf(result)).not.toContain('pending-forever')
  })
})

describe('cold-start', () => {
  it('everything serves again soon after the power is back, with the same pods', () => {
    const given = platform([web(3)])
    const before = install(given)
      .world.store.list('Pod')
      .map(({ metadata }) => metadata.name)
    const result = tried('cold-start', given)
    const { world } = result.runs[0]?.observation ?? {}
    expect(world?.store.list('Pod').map(({ metadata }) => metadata.name)).toEqual(before)
    const down = verdictsOf(result).find(({ verdict }) => verdict === 'down')
    expect(down?.open).toBeUndefined()
    expect(down?.seconds).toBeLessThan(10)
  })
})

describe('size', () => {
  const rowsOf = (objects: readonly KubeObject[]) => {
    const holds = (_: unknown, { runs }: TrialResult): boolean =>
      runs.every(({ verdicts }) => verdicts.every(({ verdict }) => verdict !== 'drain-stuck'))
    const rows = size(platform(objects), { nodesMax: 3, holds })
    return Object.fromEntries(rows.map(({ trial, nodes }) => [trial, nodes]))
  }

  it('counts no trial that was not run: with one node there is nothing to lose', () => {
    expect(rowsOf([web(2)])).toEqual({ install: 1, restart: 1, 'lose-node': 2, drain: 2 })
  })

  it('finds no number of nodes at which a budget that allows nothing lets go', () => {
    expect(rowsOf([web(2), budget(2)])).toMatchObject({ 'lose-node': 2, drain: undefined })
  })
})
