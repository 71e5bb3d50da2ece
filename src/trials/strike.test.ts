import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../kube/object.ts'
import type { Platform } from './platform.ts'
import { runScript } from './scripted.ts'
import type { FaultStep, TrialStep } from './spec.ts'

const labels = { app: 'web' }

const web: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } },
  },
}

const platform: Platform = {
  kubernetes: '1.36',
  pools: [{ name: 'n', count: 2, cpu: '4', memory: '8Gi' }],
  objects: [{ object: web, locate: () => ({ file: 't' }), range: () => undefined }],
}

function run(steps: readonly TrialStep[]) {
  const location = { file: 't', line: 1 }
  const placed = steps.map(step => ({ ...step, location }))
  const nothing = { sources: [], changes: [], properties: [], expect: [] }
  const spec = { name: 't', file: 't', ...nothing, steps: placed }
  const { result, problems } = runScript(spec, platform, () => ({ objects: [], problems: [] }))
  const [first] = result.runs
  const down = first?.verdicts.find(({ verdict }) => verdict === 'down')
  return { problems, down, world: first?.observation.world }
}

const install = { install: { timeoutMs: 600_000 } }
const struck = (fault: Partial<FaultStep>): TrialStep => ({
  fault: { kind: 'node-loss', nodeOf: { object: 'Deployment/default/web', index: 0 }, ...fault },
})

describe('a fault in a trial', () => {
  it('heals in the middle of a wait', () => {
    const { down } = run([install, struck({ forMs: 30_000 }), { wait: { forMs: 600_000 } }])
    expect(down?.seconds).toBe(30)
    expect(down?.open).toBeUndefined()
  })

  it('heals in the middle of any other step that lasts', () => {
    const restart = { restart: { all: true as const } }
    const { down, world } = run([install, struck({ forMs: 30_000 }), restart])
    expect(down?.open).toBeUndefined()
    const lost = world?.store
      .list('Node')
      .filter(({ spec }) => (spec as { taints?: object })?.taints !== undefined)
    expect(lost).toEqual([])
  })

  it('notes what struck and what recovered', () => {
    const { world } = run([install, struck({ forMs: 5000 }), { wait: { forMs: 10_000 } }])
    const notes = (world?.traceFrom(0) ?? []).filter(
      entry => entry.type === 'note' && entry.source === 'trial',
    )
    expect(notes.map(entry => (entry.type === 'note' ? entry.topic : ''))).toEqual([
      'fault',
      'recovery',
    ])
  })

  const mistakes = [
    { name: 'of no known kind', fault: { kind: 'meteor' }, code: 'ST0323' },
    {
      name: 'with an argument it has no use for',
      fault: { kind: 'node-loss', zone: 'a', node: 'n-1' },
      code: 'ST0321',
    },
    { name: 'on a node that is not there', fault: { kind: 'cordon', node: 'x' }, code: 'ST0321' },
    {
      name: 'twice at a time',
      fault: { kind: 'scheduler-outage' },
      before: [{ fault: { kind: 'scheduler-outage' } }],
      code: 'ST0321',
    },
  ]
  it.each(mistakes)('$name is a Problem with its place', ({ fault, before = [], code }) => {
    const { problems } = run([install, ...before, { fault }])
    expect(problems).toMatchObject([{ code, location: { file: 't', line: 1 } }])
    expect(problems[0]?.todo).toBeTruthy()
  })
})
