// The case that must run: Argo CD HA as Kubefirst installs it, on one to four nodes.

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { load, type Report, runCheck, runSize, runTrialFiles } from '../../src/index.ts'

const root = join(import.meta.dirname, '..', '..')
const own = join(root, 'examples', 'kubefirst', 'manifests')
const real = join(
  root,
  '..',
  'shared',
  'real',
  'kubefirst',
  'argo-cd',
  'v2.12.0',
  'ha',
  'install.yaml',
)

function check(path: string, nodes: number): Report {
  const pools = [{ name: 'workers', count: nodes, cpu: '4', memory: '8Gi' }]
  const loaded = load([path], { namespace: 'argocd', pools })
  return runCheck(loaded, { version: 'test', sources: [path] })
}

interface Row {
  readonly trial: string
  readonly verdict: string
  readonly name: string
  readonly message: string
}

function rowsOf({ findings }: Report, trial: string): readonly (Row & { severity: string })[] {
  return findings
    .filter(finding => finding.trial === trial)
    .map(({ verdict, object, message, severity }) => {
      return { trial, verdict, name: object.name, message, severity }
    })
}

function errorsOf(report: Report, trial: string): readonly Row[] {
  return rowsOf(report, trial)
    .filter(({ severity }) => severity === 'error')
    .map(({ severity: _, ...row }) => row)
}

function outcome(report: Report, trial: string): string | undefined {
  return report.trials.find(({ name }) => name === trial)?.outcome
}

/** What the scheduler says of a third replica on `nodes` nodes. */
function refusal(nodes: number): string {
  const each = `${nodes} node(s) didn't match pod anti-affinity rules`
  return (
    `0/${nodes} nodes are available: ${each}. no new claims to deallocate, preemption: ` +
    `0/${nodes} nodes are available: ${nodes} No preemption victims found for incoming pod.`
  )
}

function judgeTable(path: string): void {
  it.each([1, 2])('on %i node(s) haproxy and redis-ha-server stay Pending for ever', nodes => {
    const errors = errorsOf(check(path, nodes), 'install')
    for (const name of ['argocd-redis-ha-haproxy', 'argocd-redis-ha-server']) {
      const message = refusal(nodes)
      expect(errors).toContainEqual({ trial: 'install', verdict: 'pending-forever', name, message })
    }
  })

  it('on 3 nodes it installs, haproxy can never roll, and a lost node leaves one Pending', () => {
    const report = check(path, 3)
    expect(outcome(report, 'install')).toBe('holds')
    expect(errorsOf(report, 'restart')).toEqual([
      {
        trial: 'restart',
        verdict: 'rollout-stuck',
        name: 'argocd-redis-ha-haproxy',
        message: refusal(3),
      },
    ])
    const stuck = report.findings.find(({ verdict }) => verdict === 'rollout-stuck')
    const budget = stuck?.causes.find(({ code }) => code === 'rollout-has-no-room')
    expect(budget?.facts).toMatchObject({ replicas: 3, surge: 1, unavailable: 0 })
    const lost = rowsOf(report, 'lose-node').map(({ verdict, name }) => `${verdict} ${name}`)
    expect(lost).toContain('pending-forever argocd-redis-ha-haproxy')
    expect(lost).toContain('terminating-forever argocd-redis-ha-server')
    expect(errorsOf(report, 'lose-node')).toEqual([])
  })

  it('on 4 nodes it installs, rolls, and haproxy is replaced after a loss', () => {
    const report = check(path, 4)
    expect(outcome(report, 'install')).toBe('holds')
    expect(outcome(report, 'restart')).toBe('holds')
    const lost = rowsOf(report, 'lose-node').map(({ verdict, name }) => `${verdict} ${name}`)
    expect(lost).not.toContain('pending-forever argocd-redis-ha-haproxy')
    expect(lost).toContain('terminating-forever argocd-redis-ha-server')
  })

  it('needs 3 nodes to install and 4 to roll', () => {
    const pools = [{ name: 'workers', count: 1, cpu: '4', memory: '8Gi' }]
    const loaded = load([path], { namespace: 'argocd', pools })
    const rows = runSize(loaded, { nodesMax: 6 })
    expect(rows.slice(0, 2).map(({ trial, nodes }) => [trial, nodes])).toEqual([
      ['install', 3],
      ['restart', 4],
    ])
  })
}

describe('Argo CD HA, our own manifests', () => judgeTable(own))

if (existsSync(real)) describe('Argo CD HA v2.12.0, the real manifest', () => judgeTable(real))
else it.skip('Argo CD HA v2.12.0, the real manifest: ../shared/real is not there', () => {})

describe('the installer', () => {
  it('gives up on haproxy with the words of Kubefirst, 300 s after asking for it', () => {
    const loaded = load([join(root, 'examples', 'kubefirst')])
    const report = runCheck(loaded, { version: 'test', trials: [], sources: [] })
    const gates = report.trials[0]?.gates ?? []
    const last = gates.at(-1)
    expect(last).toMatchObject({ name: 'argocd-redis-ha-haproxy', outcome: 'not-ready' })
    expect(last?.message).toContain('error waiting for ArgoCD argocd-redis-ha-haproxy deployment')
    const before = gates.at(-2)
    expect((last?.at ?? 0) - (before?.at ?? 0)).toBe(300)
  })
})

describe('advice K1 to K5', () => {
  const folder = join(root, 'examples', 'kubefirst', 'advice')
  const files = readdirSync(folder).map(name => join(folder, name))
  it.each(files.filter(file => file.endsWith('.trial.yaml')))('%s', file => {
    for (const { met, expectations } of runTrialFiles([file], { version: 'test' })) {
      expect(expectations.filter(expectation => !expectation.met)).toEqual([])
      expect(met).toBe(true)
    }
  })
})
