import { expect, it } from 'vitest'
import { configurationVersion, readConfiguration } from './configuration-reading.ts'
import { decodeConfiguration } from './configuration.ts'

const expression = { key: 'a', operator: 'In', values: ['b'] }
const shape = [
  { utilization: 0, score: 0 },
  { utilization: 100, score: 10 },
]

const configuration: Json = {
  apiVersion: configurationVersion,
  kind: 'KubeSchedulerConfiguration',
  extenders: [{ urlPrefix: 'http://x', managedResources: [{ name: 'a.b/c' }] }],
  profiles: [
    {
      schedulerName: 'a',
      plugins: { score: { enabled: [{ name: 'ImageLocality' }], disabled: [{ name: '*' }] } },
      pluginConfig: [
        plugin('NodeResourcesFit', {
          ignoredResources: ['a.b/c'],
          ignoredResourceGroups: ['a.b'],
          scoringStrategy: {
            type: 'RequestedToCapacityRatio',
            resources: [{ name: 'cpu', weight: 1 }],
            requestedToCapacityRatio: { shape },
          },
        }),
        plugin('NodeResourcesBalancedAllocation', { resources: [{ name: 'cpu', weight: 1 }] }),
        plugin('PodTopologySpread', {
          defaultingType: 'List',
          defaultConstraints: [
            { maxSkew: 1, topologyKey: 'a', whenUnsatisfiable: 'ScheduleAnyway' },
          ],
        }),
        plugin('InterPodAffinity', { hardPodAffinityWeight: 3 }),
        plugin('NodeAffinity', {
          addedAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [expression] }],
            },
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 1, preference: { matchExpressions: [expression] } },
            ],
          },
        }),
        plugin('VolumeBinding', { bindTimeoutSeconds: 3 }),
        plugin('DefaultPreemption', { minCandidateNodesPercentage: 3 }),
        plugin('DynamicResources', { filterTimeout: '3s' }),
        plugin('__proto__', { any: 1 }),
      ],
    },
  ],
}

type Json = Record<string, unknown>

function plugin(name: string, args: object): object {
  return { name, args }
}

function pathsIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, part]) => pathsIn(part, [...path, key]))]
}

function withNull(path: readonly string[]): Json {
  const document = structuredClone(configuration)
  let holder = document
  for (const key of path.slice(0, -1)) holder = holder[key] as Json
  holder[path.at(-1) ?? ''] = null
  return document
}

const paths = pathsIn(configuration).filter(({ length }) => length > 0)

it('a file without faults is read as it is', () => {
  expect(readConfiguration(configuration).faults).toEqual([])
})

it.each(paths.map(path => ({ at: path.join('.'), path })))('null at $at breaks nothing', given => {
  const read = readConfiguration(withNull(given.path))
  expect((read.configuration === undefined) === read.faults.length > 0).toBe(true)
  if (read.configuration !== undefined) {
    expect(decodeConfiguration(read.configuration).profiles.length).toBeGreaterThan(0)
  }
})
