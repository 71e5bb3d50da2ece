import { describe, expect, it } from 'vitest'
import { ladderReplicas, ladderSettings } from './ladder.ts'
import { linearReplicas, linearSettings } from './linear.ts'
import { patternOf } from './pattern.ts'

describe('the linear pattern', () => {
  const params = {
    coresPerReplica: 256,
    nodesPerReplica: 16,
    min: 2,
    max: 0,
    preventSinglePointFailure: true,
  }
  const lone = { min: 1, preventSinglePointFailure: false }
  const rows = [
    { name: 'one node: one', given: lone, size: { nodes: 1, cores: 4 }, want: 1 },
    { name: 'two nodes: the minimum', given: {}, size: { nodes: 2, cores: 8 }, want: 2 },
    { name: '33 nodes: ceil(33 / 16)', given: {}, size: { nodes: 33, cores: 132 }, want: 3 },
    {
      name: '20 x 64 cores: ceil(1280 / 256)',
      given: {},
      size: { nodes: 20, cores: 1280 },
      want: 5,
    },
    { name: 'no single one on two', given: { min: 1 }, size: { nodes: 2, cores: 2 }, want: 2 },
    { name: 'a single one on one', given: { min: 1 }, size: { nodes: 1, cores: 2 }, want: 1 },
    { name: 'not below the minimum', given: { min: 4 }, size: { nodes: 3, cores: 12 }, want: 4 },
    { name: 'not above the maximum', given: { max: 3 }, size: { nodes: 20, cores: 1280 }, want: 3 },
    {
      name: 'the single point of failure goes before the maximum',
      given: { min: 1, max: 1 },
      size: { nodes: 20, cores: 1280 },
      want: 2,
    },
    {
      name: 'half a node for a replica',
      given: { coresPerReplica: 0, nodesPerReplica: 0.5 },
      size: { nodes: 3, cores: 12 },
      want: 6,
    },
    {
      name: 'the minimum also holds for no nodes at all',
      given: { coresPerReplica: 0 },
      size: { nodes: 0, cores: 0 },
      want: 2,
    },
  ]
  it.each(rows)('$name', ({ given, size, want }) => {
    expect(linearReplicas({ ...params, ...given }, size)).toBe(want)
  })

  it('has a minimum of one, and takes names in any case', () => {
    expect(linearSettings('{"CoresPerReplica": 2, "min": null, "other": []}')).toEqual({
      ok: true,
      value: {
        coresPerReplica: 2,
        nodesPerReplica: 0,
        min: 1,
        max: 0,
        preventSinglePointFailure: false,
        includeUnschedulableNodes: false,
      },
    })
  })
})

describe('the ladder pattern', () => {
  const text = '{"nodesToReplicas": [[4, 3], [1, 1], [2, 2]], "coresToReplicas": [[8, 1], [64, 9]]}'
  const rows = [
    { name: 'below the first step its count holds', size: { nodes: 0, cores: 0 }, want: 1 },
    { name: 'between two steps the lower one', size: { nodes: 3, cores: 12 }, want: 2 },
    { name: 'on a step that one', size: { nodes: 4, cores: 16 }, want: 3 },
    { name: 'cores count where they want more', size: { nodes: 4, cores: 64 }, want: 9 },
  ]
  it.each(rows)('$name', ({ size, want }) => {
    const read = ladderSettings(text)
    expect(read.ok && ladderReplicas(read.value, size)).toBe(want)
  })

  it('without steps wants none', () => {
    const read = ladderSettings('{"nodesToReplicas": [[0, 0], [3]]}')
    expect(read.ok && ladderReplicas(read.value, { nodes: 9, cores: 9 })).toBe(0)
  })
})

const linear = 'linear'
const params = 'Error syncing configMap with controller: error parsing linear params: '
const steps = 'Error syncing configMap with controller: error parsing ladder params: '
const broken: readonly { readonly data: Record<string, string>; readonly error: string }[] = [
  { data: {}, error: 'invalid configMap format, expected only one entry, got: map[]' },
  {
    data: { ladder: 'a', linear: 'b' },
    error: 'invalid configMap format, expected only one entry, got: map[ladder:a linear:b]',
  },
  { data: { square: '{}' }, error: 'not a supported control mode: square' },
  {
    data: { [linear]: '{"min": "2"}' },
    error:
      `${params}could not parse parameters ` +
      '(json: cannot unmarshal string into Go struct field linearParams.min of type int)',
  },
  {
    data: { [linear]: '{"min": 1.5}' },
    error:
      `${params}could not parse parameters ` +
      '(json: cannot unmarshal number 1.5 into Go struct field linearParams.min of type int)',
  },
  {
    data: { [linear]: '{min: 1}' },
    error:
      `${params}could not parse parameters ` +
      "(invalid character 'm' looking for beginning of object key string)",
  },
  {
    data: { [linear]: '[]' },
    error:
      `${params}could not parse parameters ` +
      '(json: cannot unmarshal array into Go value of type linearcontroller.linearParams)',
  },
  {
    data: { [linear]: '' },
    error: `${params}could not parse parameters (unexpected end of JSON input)`,
  },
  { data: { [linear]: '{"min": -1}' }, error: `${params}invalid negative value for min: -1` },
  {
    data: { [linear]: '{"min": 3, "max": 2}' },
    error: `${params}max replicas count 2 should be greater than / equal to min replicas count 3`,
  },
  {
    data: { [linear]: '{"max": 2}' },
    error:
      `${params}should at least provide either CoresPerReplica or NodesPerReplica ` +
      '(Greater than 0)',
  },
  {
    data: { [linear]: '{"nodesPerReplica": -1}' },
    error: `${params}invalid negative value for nodesPerReplica: -1`,
  },
  {
    data: { ladder: '{"nodesToReplicas": [[1, -1]]}' },
    error: `${steps}invalid negative values in entry [1 -1] in nodes_to_replicas_map`,
  },
]

it.each(broken)('tells what is wrong with $data', ({ data, error }) => {
  expect(patternOf(data)).toEqual({ ok: false, error })
})
