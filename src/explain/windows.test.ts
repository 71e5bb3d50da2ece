import { describe, expect, it } from 'vitest'
import { scheduleText } from '../engine/schedule.ts'
import type { Platform } from '../trials/platform.ts'
import { rehearse } from './rehearse.ts'
import type { Finding, Report, TrialReport } from './report.ts'
import { overWindows } from './windows.ts'

const platform: Platform = {
  kubernetes: '1.36',
  pools: [],
  objects: [],
  options: { schedule: { seed: 7, mode: 'default', overrides: new Map() } },
}

/** A report whose trial shows these findings. */
function reportOf(schedule: string, ids: readonly string[], sampled = true): Report {
  const outcome = ids.length === 0 ? 'holds' : 'findings'
  const held = ids.length === 0 ? 1 : 0
  const bounds = { nodes: 300, events: 1, virtualSeconds: 1, runs: 1, schedules: 'one' }
  const trial: TrialReport = {
    name: 'restart',
    outcome,
    summary: '',
    findings: ids,
    bounds: { ...bounds, ...(sampled && { windows: { tried: 1, held } }) },
  }
  const findings = ids.map(id => ({ id, trial: 'restart' }) as Finding)
  return { run: { schedule }, trials: [trial], findings } as unknown as Report
}

/** Runs of which each window shows its own findings. */
function runner(byWindow: readonly (readonly string[])[], sampled = true) {
  const seen: string[] = []
  const run = ({ options }: Platform): Report => {
    const text = options?.schedule === undefined ? '' : scheduleText(options.schedule)
    seen.push(text)
    const window = Number(/=(\d+)/.exec(text)?.[1] ?? 0)
    return reportOf(text, byWindow[window] ?? [], sampled)
  }
  return { seen, run }
}

describe('windows of the scheduler', () => {
  it('a trial that holds in each says so', () => {
    const { seen, run } = runner([[], [], []])
    const { trials, findings } = overWindows(platform, 3, run)
    expect(seen).toEqual(['st2.7.d', 'st2.7.d.scheduler-window=1', 'st2.7.d.scheduler-window=2'])
    expect(trials[0]).toMatchObject({
      outcome: 'holds',
      bounds: { windows: { tried: 3, held: 3 } },
    })
    expect(findings).toEqual([])
  })

  it('a finding of one window is told with the schedule that shows it', () => {
    const { run } = runner([['a'], ['a'], ['a', 'b']])
    const { trials, findings } = overWindows(platform, 3, run)
    expect(trials[0]).toMatchObject({
      outcome: 'findings',
      findings: ['a', 'b'],
      bounds: { windows: { tried: 3, held: 0 } },
    })
    expect(findings.map(({ windows }) => windows)).toEqual([
      { found: 3, of: 3, schedule: 'st2.7.d' },
      { found: 1, of: 3, schedule: 'st2.7.d.scheduler-window=2' },
    ])
  })

  it('a trial may hold in some of them', () => {
    const { run } = runner([[], ['a'], []])
    const { trials } = overWindows(platform, 3, run)
    expect(trials[0]).toMatchObject({
      outcome: 'findings',
      bounds: { windows: { tried: 3, held: 2 } },
    })
  })

  it('nothing runs again where every node was looked at', () => {
    const { seen, run } = runner([[], ['a']], false)
    expect(overWindows(platform, 8, run).findings).toEqual([])
    expect(seen).toHaveLength(1)
  })
})

describe('a platform of 130 nodes', () => {
  const labels = { app: 'web' }
  const resources = { requests: { cpu: '100m' } }
  const template = { containers: [{ name: 'a', image: 'registry.example/a:1', resources }] }
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas: 3,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: template },
    },
  }
  const pools = [{ name: 'workers', count: 130, cpu: '4', memory: '16Gi' }]
  const written = { object, locate: () => ({ file: 'a.yaml' }), range: () => undefined }
  const options = { version: '0', sources: [], assumptions: [], problems: [] }

  it('is sampled, and the loss of a node is tried in both windows', () => {
    const big = { kubernetes: '1.36', pools, objects: [written] }
    const { trials } = rehearse(big, { ...options, trials: ['lose-node'], windows: 2 })
    const lost = trials.find(({ name }) => name === 'lose-node')
    expect(lost?.bounds.windows).toEqual({ tried: 2, held: 2 })
  })

  it('one worker has one window, and nothing is said about others', () => {
    const configuration = { parallelism: 1 } as never
    const schedulers = [{ file: 'one.yaml', configuration, names: [], extenders: [] }]
    const big = { kubernetes: '1.36', pools, objects: [written], schedulers }
    const { trials } = rehearse(big, { ...options, trials: ['lose-node'], windows: 2 })
    expect(trials.every(({ bounds }) => bounds.windows === undefined)).toBe(true)
  })
})
