import { expect, it } from 'vitest'
import { decodeConfiguration } from '../../configuration.ts'
import { hintContext, node, object, pod, scoresOf, verdicts } from '../../plugin-testing.ts'
import type { Profile } from '../../profile.ts'
import { nodeResourcesFit } from './node-resources-fit.ts'

type Requests = Readonly<Record<string, string>>

const requesting = (name: string, requests: Requests, nodeName = '') =>
  pod(name, { nodeName, containers: [{ name: 'app', resources: { requests } }] })

const sized = (allocatable: Requests) => ({
  ...node('n1'),
  status: { allocatable: { cpu: '4', memory: '16Gi', pods: '2', ...allocatable } },
})

it.each([
  { name: 'everything free', requests: { cpu: '4' }, used: {}, want: 'fits' },
  {
    name: 'one millicore too much',
    requests: { cpu: '3001m' },
    used: { cpu: '1' },
    want: 'Insufficient cpu',
  },
  { name: 'exactly the rest', requests: { memory: '15Gi' }, used: { memory: '1Gi' }, want: 'fits' },
  {
    name: 'cpu and memory',
    requests: { cpu: '5', memory: '17Gi' },
    used: {},
    want: 'Insufficient cpu, Insufficient memory',
  },
  {
    name: 'storage that the node does not report',
    requests: { 'ephemeral-storage': '1Gi' },
    used: {},
    want: 'Insufficient ephemeral-storage',
  },
  {
    name: 'an extended resource',
    requests: { 'example.com/gpu': '1' },
    used: {},
    want: 'Insufficient example.com/gpu',
  },
])('$name: $want', ({ requests, used, want }) => {
  const given = {
    nodes: [sized({})],
    pods: [requesting('old', used, 'n1')],
    pod: requesting('p', requests),
  }
  expect(verdicts(nodeResourcesFit, given)).toEqual({ n1: want })
})

it('counts pods even when they request nothing', () => {
  const pods = [pod('a', { nodeName: 'n1' }), pod('b', { nodeName: 'n1' })]
  const given = { nodes: [sized({})], pods, pod: pod('p') }
  expect(verdicts(nodeResourcesFit, given)).toEqual({ n1: 'Too many pods' })
})

it('needs the most of init containers and of what runs together, sidecars added', () => {
  const requests = (cpu: string) => ({ resources: { requests: { cpu } } })
  const given = pod('p', {
    initContainers: [
      { name: 'proxy', restartPolicy: 'Always', ...requests('1') },
      { name: 'init', ...requests('3') },
    ],
    containers: [{ name: 'app', ...requests('2') }],
    overhead: { cpu: '500m' },
  })
  // max(1 + 3, 2 + 1) + 0.5 = 4.5
  expect(verdicts(nodeResourcesFit, { nodes: [sized({ cpu: '4500m' })], pod: given })).toEqual({
    n1: 'fits',
  })
  expect(verdicts(nodeResourcesFit, { nodes: [sized({ cpu: '4499m' })], pod: given })).toEqual({
    n1: 'Insufficient cpu',
  })
})

it('leaves a resource that a device class serves to DynamicResources', () => {
  const objects = [
    object('DeviceClass', 'gpu', { spec: { extendedResourceName: 'example.com/gpu' } }),
  ]
  const given = { nodes: [sized({})], pod: requesting('p', { 'example.com/gpu': '1' }), objects }
  expect(verdicts(nodeResourcesFit, given)).toEqual({ n1: 'fits' })
  expect(verdicts(nodeResourcesFit, { ...given, version: '1.34' })).toEqual({
    n1: 'Insufficient example.com/gpu',
  })
})

function profileWith(scoringStrategy: object): Profile {
  const pluginConfig = [{ name: 'NodeResourcesFit', args: { scoringStrategy } }]
  return decodeConfiguration({ profiles: [{ pluginConfig }] }).profiles[0] as Profile
}

const resources = [{ name: 'cpu', weight: 3 }, { name: 'memory' }]
const shape = [
  { utilization: 0, score: 0 },
  { utilization: 100, score: 10 },
]

it.each([
  // cpu 1 of 4: 75 free; memory 8 of 16: 50 free; (75 + 50) / 2 = 62
  { name: 'LeastAllocated by default', strategy: {}, want: 62 },
  // (3 * 75 + 50) / 4 = 68
  { name: 'LeastAllocated, cpu counts three times', strategy: { resources }, want: 68 },
  // (25 + 50) / 2 = 37
  { name: 'MostAllocated', strategy: { type: 'MostAllocated' }, want: 37 },
  // round((25 + 50) / 2) = 38
  {
    name: 'RequestedToCapacityRatio',
    strategy: { type: 'RequestedToCapacityRatio', requestedToCapacityRatio: { shape } },
    want: 38,
  },
])('$name: $want', ({ strategy, want }) => {
  const given = { nodes: [sized({})], pod: requesting('p', { cpu: '1', memory: '8Gi' }) }
  const profile = profileWith(strategy)
  expect(scoresOf(nodeResourcesFit, { ...given, profile })?.raw).toEqual([want])
})

it('scores containers without requests as 100m and 200Mi', () => {
  // cpu 100m of 4: 97; memory 200Mi of 16Gi: 98; (97 + 98) / 2 = 97
  expect(scoresOf(nodeResourcesFit, { nodes: [sized({})], pod: pod('p') })?.raw).toEqual([97])
})

it.each([
  { name: 'a node with room came', before: undefined, after: sized({}), want: 'Queue' },
  { name: 'a node without room came', before: undefined, after: sized({ cpu: '1' }), want: 'Skip' },
  { name: 'a node grew', before: sized({ cpu: '1' }), after: sized({}), want: 'Queue' },
  { name: 'a node stayed as it was', before: sized({}), after: sized({}), want: 'Skip' },
])('$name: $want', ({ before, after, want }) => {
  const rule = nodeResourcesFit.requeueOn[1]
  const wanting = requesting('p', { cpu: '2' })
  const event = { oldObject: before, newObject: after }
  expect(rule?.hint?.(wanting, event, hintContext())).toBe(want)
})
