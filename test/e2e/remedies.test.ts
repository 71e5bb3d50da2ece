// Remedies of real findings, proven by running again, and written into files: the edited files give
// what the proof said.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Finding } from '../../src/explain/report.ts'
import { load, type Report, runCheck, withRemedies } from '../../src/index.ts'
import { spliced } from '../../src/sources/edit.ts'

const folder = mkdtempSync(join(tmpdir(), 'remedies-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Case {
  readonly path: string
  readonly nodes?: number
  /** How often trials may run again. */
  readonly runsMax?: number
}

function check({ path, nodes, runsMax = 12 }: Case): Report {
  const pool = { name: 'workers', count: nodes ?? 0, cpu: '4', memory: '16Gi' }
  const loaded = load([path], nodes === undefined ? {} : { pools: [pool] })
  const options = { version: 'test', sources: [path], runsMax, from: 'error' as const }
  return withRemedies(runCheck(loaded, options), loaded, options)
}

function findingOf(report: Report, verdict: string, name: string): Finding {
  const found = report.findings.find(each => each.verdict === verdict && each.object.name === name)
  if (found === undefined) throw new Error(`${verdict} of ${name} is found`)
  return found
}

function told({ remedies }: Finding): string[] {
  return remedies.map(({ name, kind, applicability }) => `${applicability} ${kind} ${name}`)
}

const example = 'examples/kubefirst'

describe('Argo CD in its high-availability form', { timeout: 120_000 }, () => {
  it('on two nodes: four nodes are proven, wishes and fewer replicas are judged', () => {
    const report = check({ path: example })
    const redis = findingOf(report, 'pending-forever', 'argocd-redis-ha-server')
    expect(told(redis)).toEqual([
      'proven fix add-nodes',
      'manual suggestion relax-anti-affinity',
      'manual suggestion fewer-replicas',
    ])
    expect(redis.remedies[0]?.summary).toContain('2 → 4')
    expect(redis.remedies[1]?.proof).toContain('quorum-lost')
    const proxy = findingOf(report, 'pending-forever', 'argocd-redis-ha-haproxy')
    expect(proxy.remedies.at(-1)?.proof).toContain('restart shows ST1203 rollout-stuck')
  })

  it('on three nodes: room for the rollout, or one node more', () => {
    const report = check({ path: join(example, 'manifests'), nodes: 3 })
    const proxy = findingOf(report, 'rollout-stuck', 'argocd-redis-ha-haproxy')
    expect(told(proxy)).toEqual([
      'proven fix count-per-revision',
      'proven suggestion allow-unavailable',
      'proven fix add-nodes',
    ])
    expect(proxy.remedies[2]?.summary).toContain('3 → 4')
  })

  it('an edited copy holds what the proof promised, and keeps its comments', () => {
    const copy = join(folder, 'kubefirst')
    cpSync(example, copy, { recursive: true })
    const before = check({ path: copy, runsMax: 4 })
    const [remedy] = findingOf(before, 'pending-forever', 'argocd-redis-ha-haproxy').remedies
    for (const { file, ...splice } of remedy?.edits ?? []) {
      writeFileSync(file, spliced(readFileSync(file, 'utf8'), [splice]))
    }
    const after = check({ path: copy })
    expect(after.platform.nodes).toHaveLength(4)
    expect(after.findings.filter(({ severity }) => severity === 'error')).toEqual([])
  })
})

it('a report without errors is the same object: nothing runs again', () => {
  const loaded = load(['examples/small'])
  const options = { version: 'test', sources: [], runsMax: 9, from: 'error' as const }
  const report = runCheck(loaded, options)
  expect(withRemedies(report, loaded, options)).toBe(report)
})

it('a budget that lets none go, and a version that is gone', () => {
  const path = join(folder, 'web.yaml')
  writeFileSync(
    path,
    `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec:
  minAvailable: 1
  selector: {matchLabels: {app: web}}
---
apiVersion: scheduling.k8s.io/v1beta1
kind: PriorityClass
metadata: {name: high}
value: 10
`,
  )
  const report = check({ path, nodes: 2 })
  expect(told(findingOf(report, 'drain-stuck', 'web'))).toEqual([
    'proven suggestion second-replica',
    'proven suggestion relax-budget',
  ])
  const [version] = findingOf(report, 'rejected', 'high').remedies
  expect(version).toMatchObject({ applicability: 'proven', name: 'served-version' })
  expect(version?.diff).toBe(
    '-apiVersion: scheduling.k8s.io/v1beta1\n+apiVersion: scheduling.k8s.io/v1\n',
  )
})
