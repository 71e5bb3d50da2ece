import { describe, expect, it } from 'vitest'
import type { Container, Pod } from '../kube/generated/types.ts'
import { defaultModel, type KubeletModel } from './model.ts'
import {
  advance,
  forceExit,
  isOver,
  newPodRun,
  nextChangeMs,
  type PodRun,
  stop,
} from './pod-run.ts'
import { isContainerReady, phaseOf, statusOf } from './pod-status.ts'

const main: Container = { name: 'main', image: 'app:1' }

function pod(spec: Partial<NonNullable<Pod['spec']>>, metadata = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'ns', uid: 'u', generation: 1, ...metadata },
    spec: { containers: [main], ...spec },
  }
}

/** Moves from change to change and writes down what the API would show. */
function life(subject: Pod, until: number, model: KubeletModel = defaultModel): string[] {
  const lines: string[] = []
  let run: PodRun = newPodRun(subject, 0, '10.244.0.1')
  let now: number | undefined = 0
  while (now !== undefined && now <= until) {
    run = advance(run, subject, now, model)
    const at = now
    const states = run.containers.map(container => {
      const ready = isContainerReady(container, at) ? '+' : ''
      return `${container.name}:${container.state}${ready}`
    })
    lines.push(`${now} ${phaseOf(run, subject)} ${states.join(' ')}`)
    now = nextChangeMs(run, subject, now)
  }
  return lines
}

describe('the life of a pod', () => {
  it('starts after a second and is ready at once without probes', () => {
    expect(life(pod({}), 60_000)).toEqual(['0 Pending main:waiting', '1000 Running main:running+'])
  })

  it('is ready when the readiness probe has passed', () => {
    const readinessProbe = { initialDelaySeconds: 5, periodSeconds: 5 }
    expect(life(pod({ containers: [{ ...main, readinessProbe }] }), 60_000)).toEqual([
      '0 Pending main:waiting',
      '1000 Running main:running',
      '6000 Running main:running+',
    ])
  })

  it('runs init containers one after another, and containers once a sidecar has started', () => {
    const initContainers: Container[] = [
      { name: 'one' },
      { name: 'side', restartPolicy: 'Always', startupProbe: { initialDelaySeconds: 10 } },
      { name: 'two' },
    ]
    expect(life(pod({ initContainers }), 60_000)).toEqual([
      '0 Pending one:waiting side:waiting two:waiting main:waiting',
      '1000 Pending one:running side:waiting two:waiting main:waiting',
      '2000 Pending one:exited+ side:running two:waiting main:waiting',
      '12000 Pending one:exited+ side:running+ two:running main:waiting',
      '13000 Running one:exited+ side:running+ two:exited+ main:running+',
    ])
  })

  it('ends with its containers, and takes its sidecars along', () => {
    const initContainers: Container[] = [{ name: 'side', restartPolicy: 'Always' }]
    expect(life(pod({ initContainers, restartPolicy: 'Never' }), 60_000)).toEqual([
      '0 Pending side:waiting main:waiting',
      '1000 Running side:running+ main:running+',
      '6000 Succeeded side:exited main:exited',
    ])
  })

  it('starts a failing container again: at once, after 10 s, after 20 s', () => {
    const failing: KubeletModel = { ...defaultModel, exit: () => ({ afterMs: 500, code: 1 }) }
    const starts = life(pod({}), 40_000, failing).filter(line => line.includes('main:running+'))
    expect(starts.map(line => Number(line.split(' ')[0]))).toEqual([1000, 1500, 12_000, 32_500])
  })

  it('fails for good with restartPolicy Never', () => {
    const failing: KubeletModel = { ...defaultModel, exit: () => ({ afterMs: 500, code: 1 }) }
    expect(life(pod({ restartPolicy: 'Never' }), 60_000, failing).at(-1)).toBe(
      '1500 Failed main:exited',
    )
  })

  it('fails when its active deadline passes', () => {
    expect(life(pod({ activeDeadlineSeconds: 3 }), 60_000).at(-1)).toBe('3000 Failed main:exited')
  })
})

describe('stop', () => {
  it('keeps a pod that never started from starting', () => {
    const subject = pod({})
    const run = stop(advance(newPodRun(subject, 0, ''), subject, 0, defaultModel), 1500)
    const late = advance(run, subject, 1400, defaultModel)
    expect(late.containers.map(({ state }) => state)).toEqual(['waiting'])
    expect(isOver(advance(late, subject, 1500, defaultModel), subject)).toBe(true)
  })

  it('takes the earlier of two orders', () => {
    const run = newPodRun(pod({}), 0, '')
    expect(stop(stop(run, 900), 1500).stopAtMs).toBe(900)
    expect(stop(stop(run, 1500), 900).stopAtMs).toBe(900)
  })
})

describe('statusOf', () => {
  const report = (subject: Pod, run: PodRun, nowMs: number) =>
    statusOf({ pod: subject, run, nowMs, hostIP: '10.0.0.1' })
  const conditions = (status: ReturnType<typeof statusOf>) =>
    (status.conditions ?? []).map(({ type, status: value, reason }) => [type, value, reason])

  it('says ContainerCreating at once', () => {
    const subject = pod({})
    const status = report(subject, newPodRun(subject, 0, ''), 0)
    expect(status.containerStatuses?.[0]?.state).toEqual({
      waiting: { reason: 'ContainerCreating' },
    })
    expect(status.podIP).toBeUndefined()
    expect(conditions(status)).toEqual([
      ['PodReadyToStartContainers', 'False', undefined],
      ['Initialized', 'True', undefined],
      ['Ready', 'False', 'ContainersNotReady'],
      ['ContainersReady', 'False', 'ContainersNotReady'],
    ])
  })

  it('names the init containers that are missing', () => {
    const subject = pod({ initContainers: [{ name: 'one' }] })
    const status = report(subject, newPodRun(subject, 0, ''), 0)
    const initialized = status.conditions?.find(({ type }) => type === 'Initialized')
    expect(initialized?.message).toBe('containers with incomplete status: [one]')
    expect(status.containerStatuses?.[0]?.state).toEqual({ waiting: { reason: 'PodInitializing' } })
  })

  it('is not Ready while a readiness gate is missing', () => {
    const subject = pod({ readinessGates: [{ conditionType: 'x.io/lb' }] })
    const run = advance(newPodRun(subject, 0, ''), subject, 0, defaultModel)
    const status = report(subject, advance(run, subject, 1000, defaultModel), 1000)
    const ready = status.conditions?.find(({ type }) => type === 'Ready')
    expect(ready).toMatchObject({
      status: 'False',
      reason: 'ReadinessGatesNotReady',
      message: 'corresponding condition of pod readiness gate "x.io/lb" does not exist.',
    })
  })

  it('reports the exit that a trial ordered', () => {
    const subject = pod({ restartPolicy: 'Never' })
    const started = advance(newPodRun(subject, 0, ''), subject, 0, defaultModel)
    const running = advance(started, subject, 1000, defaultModel)
    const run = advance(forceExit(running, 2000, 3), subject, 2000, defaultModel)
    const status = report(subject, run, 2000)
    expect(status.phase).toBe('Failed')
    expect(status.containerStatuses?.[0]?.state?.terminated).toMatchObject({
      exitCode: 3,
      reason: 'Error',
    })
  })
})
