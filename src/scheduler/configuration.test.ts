import { describe, expect, it } from 'vitest'
import { decodeConfiguration, defaultProfile } from './configuration.ts'
import { defaultPluginArgs } from './plugin-args.ts'

describe('the default profile', () => {
  it('1.36 scores with these plugins and weights', () => {
    const scores = defaultProfile().score.map(({ plugin, weight }) => `${plugin.name} ${weight}`)
    expect(scores).toEqual([
      'TaintToleration 3',
      'NodeAffinity 2',
      'NodeResourcesFit 1',
      'VolumeBinding 1',
      'PodTopologySpread 2',
      'InterPodAffinity 2',
      'DynamicResources 2',
      'NodeResourcesBalancedAllocation 1',
      'ImageLocality 1',
    ])
  })

  it('1.34 does not know declared features', () => {
    const names = (version: '1.34' | '1.36'): string[] =>
      defaultProfile(version).filter.map(({ name }) => name)
    expect(names('1.36')).toContain('NodeDeclaredFeatures')
    expect(names('1.34')).not.toContain('NodeDeclaredFeatures')
  })

  it('is named default-scheduler and samples adaptively', () => {
    expect(defaultProfile()).toMatchObject({
      schedulerName: 'default-scheduler',
      percentageOfNodesToScore: 0,
      args: defaultPluginArgs,
    })
  })
})

function filtersOf(plugins: object): string[] {
  const { profiles } = decodeConfiguration({ profiles: [{ plugins: plugins as never }] })
  return (profiles[0]?.filter ?? []).map(({ name }) => name)
}

describe('plugins of a profile', () => {
  it('are disabled at one point only', () => {
    const plugins = { filter: { disabled: [{ name: 'NodePorts' }] } }
    const { profiles } = decodeConfiguration({ profiles: [{ plugins }] })
    expect(profiles[0]?.filter.map(({ name }) => name)).not.toContain('NodePorts')
    expect(profiles[0]?.preFilter.map(({ name }) => name)).toContain('NodePorts')
  })

  it('are all disabled but those named', () => {
    expect(
      filtersOf({ filter: { disabled: [{ name: '*' }], enabled: [{ name: 'NodeName' }] } }),
    ).toEqual(['NodeName'])
  })

  it('come first when their point names them', () => {
    expect(filtersOf({ filter: { enabled: [{ name: 'NodePorts' }] } })[0]).toBe('NodePorts')
  })

  it('are disabled everywhere through multiPoint', () => {
    expect(filtersOf({ multiPoint: { disabled: [{ name: 'NodePorts' }] } })).not.toContain(
      'NodePorts',
    )
  })

  it('that nobody knows are told with their place, once', () => {
    const plugins = { score: { enabled: [{ name: 'Coscheduling' }] } }
    expect(decodeConfiguration({ profiles: [{ plugins }] }).unknown).toEqual([
      { name: 'Coscheduling', path: 'profiles[0].plugins.score.enabled[0]' },
    ])
  })

  const refusals = [
    {
      name: 'that lack the extension point',
      plugins: { score: { enabled: [{ name: 'NodePorts' }] } },
      want: 'plugin "NodePorts" does not extend ScorePlugin plugin',
    },
    {
      name: 'that are enabled twice',
      plugins: { score: { enabled: [{ name: 'ImageLocality' }, { name: 'ImageLocality' }] } },
      want: 'plugin "ImageLocality" already registered as "ScorePlugin"',
    },
    {
      name: 'without which the queue has no order',
      plugins: { queueSort: { disabled: [{ name: '*' }] } },
      want: 'only one queue sort plugin required for profile with scheduler name "a", but got 0',
    },
    {
      name: 'without which nothing is bound',
      plugins: { bind: { disabled: [{ name: 'DefaultBinder' }] } },
      want: 'at least one bind plugin is needed for profile with scheduler name "a"',
    },
  ]
  it.each(refusals)('$name are refused', ({ plugins, want }) => {
    const { faults } = decodeConfiguration({ profiles: [{ schedulerName: 'a', plugins }] })
    const where = 'initializing profiles: creating profile for scheduler name a: '
    expect(faults.map(({ text }) => text)).toEqual([where + want])
  })
})

describe('arguments', () => {
  it('keep defaults where the file says nothing; weight 0 means 1', () => {
    const pluginConfig = [
      {
        name: 'NodeResourcesFit',
        args: { scoringStrategy: { resources: [{ name: 'cpu', weight: 0 }] } },
      },
    ]
    const { profiles } = decodeConfiguration({ profiles: [{ pluginConfig }] })
    expect(profiles[0]?.args.nodeResourcesFit.scoringStrategy).toEqual({
      type: 'LeastAllocated',
      resources: [{ name: 'cpu', weight: 1 }],
      shape: [],
    })
  })
})
