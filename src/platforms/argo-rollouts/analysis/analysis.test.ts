import { describe, expect, it } from 'vitest'
import { request } from '../../../cluster/cluster.ts'
import { clusterOf } from '../../../cluster/testing.ts'
import type { World } from '../../../engine/world.ts'
import type { KubeObject } from '../../../kube/object.ts'
import { blueGreen, namespace, notes, objectsOf, pass, rollout, statusOf, web } from '../testing.ts'
import type { RolloutStrategy } from '../types.ts'
import { assessMetric, assessRun } from './assess.ts'
import type { Metric, MetricResult, Phase } from './types.ts'

const prometheus = { prometheus: { address: 'http://p', query: 'q' } }
const template: KubeObject = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AnalysisTemplate',
  metadata: { name: 'success', namespace },
  spec: {
    metrics: [
      {
        name: 'success-rate',
        interval: '20s',
        count: 3,
        failureLimit: 1,
        successCondition: 'result[0] >= 0.95',
        provider: prometheus,
      },
    ],
  },
}

function templateOf(metric: object): KubeObject {
  const { spec } = template as { readonly spec?: { readonly metrics: readonly object[] } }
  const metrics = [{ ...spec?.metrics[0], failureLimit: 0, count: 1, ...metric }]
  return { ...template, spec: { metrics } }
}

function load(total: unknown): KubeObject {
  const metadata = { name: 'success', namespace }
  return {
    apiVersion: 'seatrial.dev/v1',
    kind: 'Load',
    metadata,
    spec: { metric: 'success-rate', api: 'external', total },
  }
}

const analysis = { templates: [{ templateName: 'success' }] }

/** An update is a minute old. */
function updated(
  strategy: RolloutStrategy,
  total: KubeObject | string | undefined,
  seconds: number,
  asked = template,
): World {
  const values = typeof total === 'string' ? [load(total)] : (total ?? [])
  const more = [asked].concat(values)
  const made = clusterOf(objectsOf({ version: 'v1.8.3', object: web(strategy), more }))
  pass(made, 900)
  expect(statusOf(made).phase).toBe('Healthy')
  const containers = [{ name: 'web', image: 'registry.example.com/web:4' }]
  const patch = { spec: { template: { spec: { containers } } } }
  request(made, { verb: 'patch', target: rollout, patchType: 'merge', patch })
  pass(made, seconds)
  return made
}

function phases(made: World): readonly unknown[] {
  const runs = made.store.list('AnalysisRun.argoproj.io', namespace)
  return runs.map(({ status }) => (status as { readonly phase?: Phase } | undefined)?.phase)
}

const canary = { steps: [{ setWeight: 20 }, { analysis }, { setWeight: 60 }] }

describe('an analysis', () => {
  it.each([
    { name: 'step', strategy: { canary } },
    {
      name: 'background',
      strategy: { canary: { analysis, steps: [{ setWeight: 20 }, { pause: { duration: 90 } }] } },
    },
    {
      name: 'before promotion',
      strategy: { blueGreen: { ...blueGreen.blueGreen, prePromotionAnalysis: analysis } },
    },
    {
      name: 'after promotion',
      strategy: { blueGreen: { ...blueGreen.blueGreen, postPromotionAnalysis: analysis } },
    },
  ])('lets a good update go on, and aborts a bad one: $name', ({ strategy }) => {
    const good = updated(strategy, '0.99', 300)
    expect(phases(good)).toEqual(['Successful'])
    expect(statusOf(good)).toMatchObject({ phase: 'Healthy' })
    const bad = updated(strategy, '0.5', 300)
    expect(phases(bad)).toEqual(['Failed'])
    expect(statusOf(bad)).toMatchObject({
      abort: true,
      phase: 'Degraded',
      message:
        'RolloutAborted: Rollout aborted update to revision 2: Metric "success-rate" assessed ' +
        'Failed due to failed (2) > failureLimit (1)',
    })
  })

  it('that is not clear pauses the update, and goes on anew when somebody resumes it', () => {
    const unclear = {
      ...template,
      spec: {
        metrics: [
          {
            name: 'success-rate',
            successCondition: 'result >= 0.95',
            failureCondition: 'result < 0.5',
            provider: { web: { url: 'http://p' } },
          },
        ],
      },
    }
    const made = updated({ canary }, '0.7', 120, unclear)
    expect(phases(made)).toEqual(['Inconclusive'])
    expect(statusOf(made)).toMatchObject({ phase: 'Paused', message: 'InconclusiveAnalysisRun' })
    const target = { kind: 'Load.seatrial.dev', namespace, name: 'success' }
    const patch = { spec: { total: '0.99' } }
    request(made, { verb: 'patch', target, patchType: 'merge', patch })
    const resumed = { status: { pauseConditions: null } }
    const change = { verb: 'patch', target: rollout, patchType: 'merge', patch: resumed } as const
    request(made, { ...change, subresource: 'status' })
    pass(made, 120)
    expect(phases(made)).toEqual(['Inconclusive', 'Successful'])
    expect(statusOf(made)).toMatchObject({ phase: 'Healthy' })
  })

  it('that gets no answer is tried again every 10 s, four times', () => {
    const down = {
      ...load('1'),
      spec: { metric: 'success-rate', api: 'external', down: 'no route' },
    }
    const made = updated({ canary }, down, 90)
    expect(phases(made)).toEqual(['Error'])
    expect(statusOf(made).message).toMatch(
      /assessed Error due to consecutiveErrors \(5\) > consecutiveErrorLimit \(4\)/,
    )
  })

  it.each([
    { threshold: '0.95', want: 'Successful' },
    { threshold: '0.999', want: 'Failed' },
  ])('has its arguments in its conditions and limits: $threshold', ({ threshold, want }) => {
    const asked = templateOf({
      successCondition: 'len(result) == 1 && result[0] >= {{ args.threshold }}',
      count: '{{args.count}}',
      interval: '5s',
    })
    const args = [{ name: 'threshold' }, { name: 'count', value: '2' }]
    const spec = { ...(asked['spec'] as object), args }
    const given = { ...analysis, args: [{ name: 'threshold', value: threshold }] }
    const steps = [{ setWeight: 20 }, { analysis: given }]
    const made = updated({ canary: { steps } }, '0.99', 120, { ...asked, spec })
    expect(phases(made)).toEqual([want])
    expect(notes(made)).toEqual([])
  })

  it.each([
    {
      name: 'an argument that is not there',
      metric: { successCondition: 'result > {{args.none}}' },
      want: 'Unable to resolve metric arguments: failed to resolve {{args.none}}',
    },
    {
      name: 'a pattern of dry metrics that is none',
      dryRun: [{ metricName: '[' }],
      want: "Analysis spec invalid: dryRun[0]: Rule didn't match any metric name(s)",
    },
  ])('is in error by $name', ({ metric = {}, dryRun = [], want }) => {
    const asked = templateOf(metric)
    const spec = { ...(asked['spec'] as object), dryRun }
    const made = updated({ canary }, '0.99', 120, { ...asked, spec })
    expect(phases(made)).toEqual(['Error'])
    expect(statusOf(made).message).toContain(want)
  })

  it.each([
    ['isNaN(result[0]) || result[0] >= 0.95', 'Successful'],
    ['!isNaN(result[0]) and default(result[0], 0) < 0.5', 'Failed'],
    ['isInf(result[0], 1) || asFloat(result[0]) > 0.98', 'Successful'],
    ['result[0]', 'Error'],
  ])('has a condition in the words of the controller: %s', (successCondition, want) => {
    const asked = templateOf({ successCondition, consecutiveErrorLimit: 0 })
    expect(phases(updated({ canary }, '0.99', 60, asked))).toEqual([want])
  })

  it('with a condition that is not understood is in error, and told', () => {
    const asked = templateOf({ successCondition: 'result[0].value >= 0.95' })
    const made = updated({ canary }, '0.99', 120, asked)
    expect(phases(made)).toEqual(['Error'])
    expect(notes(made)).toMatchObject([
      { key: 'default/success', message: expect.stringContaining('is not understood') },
    ])
  })

  it('that nobody tells the values of is taken to succeed, and told', () => {
    const made = updated({ canary }, undefined, 300)
    expect(statusOf(made)).toMatchObject({ phase: 'Healthy' })
    expect(notes(made)).toMatchObject([
      {
        kind: 'AnalysisTemplate',
        key: 'default/success',
        message: expect.stringContaining('success-rate'),
      },
    ])
  })
})

function results(...taken: readonly Phase[]): MetricResult {
  const of = (phase: Phase): number => taken.filter(each => each === phase).length
  const reversed = taken.toReversed()
  const run = (phase: Phase): number => {
    const end = reversed.findIndex(each => each !== phase)
    return end < 0 ? taken.length : end
  }
  const measurements = taken.map(phase => ({ phase, startedAt: '', finishedAt: '' }))
  return {
    name: 'm',
    phase: 'Running',
    measurements,
    count: taken.length - of('Error'),
    failed: of('Failed'),
    inconclusive: of('Inconclusive'),
    consecutiveError: run('Error'),
    consecutiveSuccess: run('Successful'),
  }
}

describe('a metric', () => {
  const often: Metric = { name: 'm', interval: '1m' }
  it.each([
    {
      name: 'is through',
      metric: { ...often, count: 2 },
      taken: ['Successful', 'Successful'],
      want: 'Successful',
    },
    { name: 'goes on', metric: often, taken: ['Successful'], want: 'Running' },
    { name: 'fails at once', metric: often, taken: ['Failed'], want: 'Failed' },
    {
      name: 'fails beyond its limit',
      metric: { ...often, failureLimit: 1 },
      taken: ['Failed', 'Failed'],
      want: 'Failed',
    },
    {
      name: 'may fail so often',
      metric: { ...often, failureLimit: 1 },
      taken: ['Failed'],
      want: 'Running',
    },
    { name: 'is not clear', metric: often, taken: ['Inconclusive'], want: 'Inconclusive' },
    {
      name: 'may err four times',
      metric: often,
      taken: ['Error', 'Error', 'Error', 'Error'],
      want: 'Running',
    },
    {
      name: 'errs too often',
      metric: { ...often, consecutiveErrorLimit: 0 },
      taken: ['Error'],
      want: 'Error',
    },
    {
      name: 'succeeds often enough',
      metric: { ...often, failureLimit: -1, consecutiveSuccessLimit: 2 },
      taken: ['Failed', 'Successful', 'Successful'],
      want: 'Successful',
    },
    {
      name: 'never succeeds often enough',
      metric: { ...often, count: 2, failureLimit: -1, consecutiveSuccessLimit: 2 },
      taken: ['Successful', 'Failed'],
      want: 'Failed',
    },
  ] as const)('$name', ({ metric, taken, want }) => {
    expect(assessMetric(metric, results(...taken), false)).toBe(want)
  })

  it('of a run that ends has succeeded, unless it has not', () => {
    expect(assessMetric(often, results('Successful'), true)).toBe('Successful')
    expect(assessMetric({ ...often }, results('Failed'), true)).toBe('Failed')
  })

  it('that is tried dry decides nothing', () => {
    const dry = { ...results('Failed'), phase: 'Failed', dryRun: true } as const
    expect(assessRun([often], [dry], false)).toMatchObject({ phase: 'Successful' })
  })
})
