import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readSchedulers } from './scheduler-files.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'schedulers-'))
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

const head = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n'

function file(text: string, name = 'scheduler.yaml'): string {
  const path = join(root, name)
  writeFileSync(path, text)
  return path
}

function told(text: string): readonly string[] {
  return readSchedulers([file(text)]).problems.map(
    ({ location, what }) => `${location?.line}:${location?.column} ${what}`,
  )
}

// The words are those of kube-scheduler v1.36.3 for these files.
const refusals = [
  {
    name: 'unknown fields, however deep, each with its place',
    text: `${head}paralelism: 3
profiles:
- plugins: {score: {enabled: [{name: ImageLocality, wieght: 3}]}}
  pluginConfig:
  - name: PodTopologySpread
    args: {defaultingTyp: List}
`,
    want: [
      '3:1 strict decoding error: unknown field "paralelism"',
      '5:53 strict decoding error: unknown field "profiles[0].plugins.score.enabled[0].wieght"',
      '8:12 decoding .profiles[0].pluginConfig[0]: decoding args for plugin PodTopologySpread: ' +
        'strict decoding error: unknown field "defaultingTyp"',
    ],
  },
  {
    name: 'a number as a text',
    text: `${head}parallelism: "16"\n`,
    want: [
      '3:1 json: cannot unmarshal string into Go struct field ' +
        'KubeSchedulerConfiguration.parallelism of type int32',
    ],
  },
  {
    name: 'arguments of another type',
    text: `${head}profiles:
- pluginConfig:
  - name: NodeResourcesFit
    args: {scoringStrategy: 3}
`,
    want: [
      '6:12 decoding .profiles[0].pluginConfig[0]: decoding args for plugin NodeResourcesFit: ' +
        'json: cannot unmarshal number into Go struct field ' +
        'NodeResourcesFitArgs.scoringStrategy of type v1.ScoringStrategy',
    ],
  },
  {
    name: 'an old version',
    text: 'apiVersion: kubescheduler.config.k8s.io/v1beta3\nkind: KubeSchedulerConfiguration\n',
    want: [
      '1:1 no kind "KubeSchedulerConfiguration" is registered for version ' +
        '"kubescheduler.config.k8s.io/v1beta3" in scheme "pkg/runtime/scheme.go:111"',
    ],
  },
  {
    name: 'values out of range, in the order of the checks',
    text: `${head}parallelism: 0
percentageOfNodesToScore: 101
podInitialBackoffSeconds: 20
profiles:
- {}
- {schedulerName: b}
- {schedulerName: b}
extenders: [{urlPrefix: http://x, prioritizeVerb: p, managedResources: [{name: cpu}]}]
`,
    want: [
      '3:1 parallelism: Invalid value: 0: should be an integer value greater than zero',
      '7:3 profiles[0].schedulerName: Required value',
      '9:4 profiles[2].schedulerName: Duplicate value: {}',
      '4:1 percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]',
      '1:1 podMaxBackoffSeconds: Invalid value: 10: must be greater than or equal to ' +
        'PodInitialBackoffSeconds',
      '10:13 extenders[0].weight: Invalid value: 0: must have a positive weight applied to it',
      '10:74 extenders[0].managedResources[0].name: Invalid value: "cpu": is an invalid ' +
        'extended resource name',
    ],
  },
  {
    name: 'arguments out of range',
    text: `${head}profiles:
- pluginConfig:
  - name: PodTopologySpread
    args: {defaultConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: X}]}
  - name: InterPodAffinity
    args: {hardPodAffinityWeight: 101}
  - name: VolumeBinding
    args: {bindTimeoutSeconds: -1, shape: [{utilization: 0, score: 0}]}
`,
    want: [
      '6:5 profiles[0].pluginConfig[0].args.defaultingType: Invalid value: "System": when ' +
        '.defaultConstraints are not empty',
      '6:65 profiles[0].pluginConfig[0].args.defaultConstraints[0].whenUnsatisfiable: ' +
        'Unsupported value: "X": supported values: "DoNotSchedule", "ScheduleAnyway"',
      '8:12 profiles[0].pluginConfig[1].args.hardPodAffinityWeight: Invalid value: 101: not in ' +
        'valid range [0, 100]',
      '10:12 profiles[0].pluginConfig[2].args.bindTimeoutSeconds: Invalid value: -1: invalid ' +
        'BindTimeoutSeconds, should not be a negative value',
      '10:36 profiles[0].pluginConfig[2].args.shape: Invalid value: ' +
        '[{"Utilization":0,"Score":0}]: unexpected field `shape`, remove it or turn on the ' +
        'feature gate StorageCapacityScoring',
    ],
  },
  {
    name: 'a list instead of a mapping',
    text: '- a\n',
    want: [
      "1:1 couldn't get version/kind; json parse error: json: cannot unmarshal array into Go " +
        'value of type struct',
    ],
  },
  { name: 'an empty file', text: '', want: ['undefined:undefined this file holds nothing'] },
  {
    name: 'a plugin from elsewhere, which only is a warning',
    text: `${head}profiles: [{plugins: {filter: {enabled: [{name: Coscheduling}]}}}]\n`,
    want: ['3:42 this configuration enables plugin Coscheduling, which the twin does not know'],
  },
]

describe('a configuration of kube-scheduler', () => {
  it.each(refusals)('$name', ({ text, want }) => {
    expect(told(text)).toEqual(want)
  })

  it('that is not there is a problem of its path', () => {
    const { problems, schedulers } = readSchedulers([join(root, 'none.yaml')])
    expect(schedulers).toEqual([])
    expect(problems).toMatchObject([{ code: 'ST0101' }])
  })

  it('that is a folder is told so', () => {
    expect(readSchedulers([root]).problems).toMatchObject([{ code: 'ST0102' }])
  })

  it('names its profiles, extenders and their places', () => {
    const path = file(`${head}profiles: [{schedulerName: a}, {schedulerName: b}]
extenders: [{urlPrefix: http://x, filterVerb: filter}]
`)
    expect(readSchedulers([path])).toMatchObject({
      problems: [],
      schedulers: [
        {
          file: path,
          names: [{ name: 'a', location: { line: 3 } }, { name: 'b' }],
          extenders: [{ extender: { urlPrefix: 'http://x' }, location: { line: 4 } }],
        },
      ],
    })
  })

  it('of the same name in two files is refused', () => {
    const one = file(head, 'one.yaml')
    const two = file(head, 'two.yaml')
    const { problems } = readSchedulers([one, two])
    expect(problems.map(({ what }) => what)).toEqual([
      `the scheduler default-scheduler is configured in ${one} too`,
    ])
  })
})
