import { describe, expect, it } from 'vitest'
import { scaleIntOrPercent } from './int-or-percent.ts'
import { formatLabelSelector, parseSelector } from './label-selector-text.ts'
import { matches, selectorMatches, selectorText } from './label-selector.ts'
import { matchesRequiredNodeAffinity } from './node-affinity.ts'
import { firstUntolerated } from './toleration.ts'

describe('label selectors', () => {
  const selector = {
    matchLabels: { app: 'web' },
    matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['db'] }],
  }
  const cases = [
    { name: 'all requirements hold', selector, labels: { app: 'web' }, want: true },
    { name: 'one does not', selector, labels: { app: 'web', tier: 'db' }, want: false },
    { name: 'absent selects nothing', selector: undefined, labels: { app: 'web' }, want: false },
    { name: 'empty selects everything', selector: {}, labels: undefined, want: true },
    {
      name: 'an invalid one selects nothing',
      selector: { matchExpressions: [{ key: 'a', operator: 'Near', values: ['b'] }] },
      labels: { a: 'b' },
      want: false,
    },
    {
      name: 'labels called like members of Object are plain labels',
      selector: { matchExpressions: [{ key: 'constructor', operator: 'Exists' }] },
      labels: {},
      want: false,
    },
  ]
  it.each(cases)('$name', ({ selector: given, labels, want }) =>
    expect(selectorMatches(given, labels)).toBe(want),
  )

  it('prints for people and as Go does', () => {
    expect(formatLabelSelector(selector)).toBe('app=web,tier notin (db)')
    expect(selectorText(selector)).toBe(
      '&LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:' +
        '[]LabelSelectorRequirement{LabelSelectorRequirement{Key:tier,Operator:NotIn,Values:[db],},},}',
    )
  })

  it('the string form compares integers and takes `in` as a value', () => {
    const parsed = parseSelector('n>4,x in (in,notin)')
    expect(parsed.ok && matches(parsed.value, { n: '5', x: 'in' })).toBe(true)
    expect(parsed.ok && matches(parsed.value, { n: '4', x: 'in' })).toBe(false)
  })
})

describe('where a pod may run', () => {
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', labels: { zone: 'a' } } }
  const affinity = (term: object) => ({
    containers: [],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] },
      },
    },
  })
  const cases = [
    { name: 'no wish', spec: { containers: [] }, want: true },
    {
      name: 'a selector that fits',
      spec: { containers: [], nodeSelector: { zone: 'a' } },
      want: true,
    },
    {
      name: 'one that does not',
      spec: { containers: [], nodeSelector: { zone: 'b' } },
      want: false,
    },
    { name: 'an empty term', spec: affinity({}), want: false },
    {
      name: 'the node by name',
      spec: affinity({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] }),
      want: true,
    },
  ]
  it.each(cases)('$name', ({ spec, want }) =>
    expect(matchesRequiredNodeAffinity(spec, node)).toBe(want),
  )

  it('the first taint that no toleration covers is named', () => {
    const taints = [
      { key: 'a', value: '1', effect: 'NoSchedule' },
      { key: 'b', effect: 'PreferNoSchedule' },
      { key: 'c', effect: 'NoExecute' },
    ]
    const tolerations = [{ key: 'a', operator: 'Exists' }]
    const effects = ['NoSchedule', 'NoExecute']
    expect(firstUntolerated(taints, { tolerations, effects })).toBe(taints[2])
  })
})

describe('shares of a number', () => {
  const cases = [
    { value: '25%', total: 3, up: true, want: 1 },
    { value: '25%', total: 3, up: false, want: 0 },
    { value: 7, total: 3, up: true, want: 7 },
  ]
  for (const { value, total, up, want } of cases) {
    it(`${value} of ${total} rounded ${up ? 'up' : 'down'} is ${want}`, () => {
      expect(scaleIntOrPercent(value, total, up)).toEqual({ ok: true, value: want })
    })
  }

  it('a text without percent is refused', () => {
    expect(scaleIntOrPercent('7', 3, true)).toMatchObject({ ok: false })
  })
})
