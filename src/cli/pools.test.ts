import { describe, expect, it } from 'vitest'
import { changedPools, parseCount, parseNodeSize, parsePool } from './pools.ts'

describe('--pool', () => {
  it('reads every key', () => {
    const text =
      'name=gpu,count=2,cpu=3500m,memory=16Gi,zones=a;b,labels=k=v;l=w,' +
      'taints=gpu=true:NoSchedule;spot:NoExecute,pods=50,min=1,max=4'
    expect(parsePool(text, 0)).toEqual({
      ok: true,
      problems: [],
      value: {
        name: 'gpu',
        count: 2,
        cpu: '3500m',
        memory: '16Gi',
        zones: ['a', 'b'],
        labels: { k: 'v', l: 'w' },
        taints: [
          { key: 'gpu', value: 'true', effect: 'NoSchedule' },
          { key: 'spot', effect: 'NoExecute' },
        ],
        pods: 50,
        min: 1,
        max: 4,
      },
    })
  })

  it('has a default for everything, and a name of its own for each', () => {
    const names = ['cpu=4', 'count=1'].map((text, index) => parsePool(text, index))
    expect(names.map(pool => pool.ok && pool.value.name)).toEqual(['workers', 'workers-2'])
  })

  const wrong = [
    { text: 'coutn=3', want: 'did you mean count?' },
    { text: 'constructor=1', want: 'known: name' },
    { text: 'count=three', want: 'a whole number from 0' },
    { text: 'cpu=four', want: 'a CPU quantity' },
    { text: 'memory=16', want: 'a memory quantity' },
    { text: 'name=My Pool', want: 'a lower-case name' },
    { text: 'labels=k', want: 'labels: key=value' },
    { text: 'taints=k=v', want: 'taints: key=value:NoSchedule' },
    { text: 'zones=', want: 'zones: a;b;c' },
    { text: 'count', want: 'a value' },
  ]
  it.each(wrong)('$text is refused with advice', ({ text, want }) => {
    const result = parsePool(text, 0)
    expect(result.problems.map(({ todo }) => todo).join()).toContain(want)
  })
})

describe('--node-size', () => {
  it.each(['4x16Gi', '3500mx512Mi', '0.5x1G'])('%s is a size', text => {
    expect(parseNodeSize(text).ok).toBe(true)
  })

  it.each(['4', '4x', 'x16Gi', '4x16', '4x16Gi x', '4X16Gi', '4x16Gix2'])('%s is none', text => {
    expect(parseNodeSize(text).ok).toBe(false)
  })
})

it.each(['0', '-1', '1.5', '1e3', '', '9999999999'])('"%s" is no number of nodes', text => {
  expect(parseCount(text, '--nodes').ok).toBe(false)
})

describe('flags on top of the pools of files', () => {
  const pools = [
    {
      name: 'control',
      count: 3,
      cpu: '2',
      memory: '4Gi',
      taints: [{ key: 'cp', effect: 'NoSchedule' as const }],
    },
    { name: 'workers', count: 2, cpu: '4', memory: '16Gi' },
  ]

  it('--nodes is the number of all nodes; the open pool varies', () => {
    expect(changedPools(pools, { nodes: 7 }).map(({ count }) => count)).toEqual([3, 4])
  })

  it('fewer nodes than the other pools have leave none to the open one', () => {
    expect(changedPools(pools, { nodes: 2 }).map(({ count }) => count)).toEqual([3, 0])
  })

  it('--node-size and --zones hold for all pools', () => {
    const changed = changedPools(pools, { size: { cpu: '8', memory: '8Gi' }, zones: ['a'] })
    expect(changed).toMatchObject([
      { cpu: '8', memory: '8Gi', zones: ['a'], count: 3 },
      { cpu: '8', memory: '8Gi', zones: ['a'], count: 2 },
    ])
  })
})
