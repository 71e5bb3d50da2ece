// Otomi with a nodeSelector: who wrote what into the pods of Argo CD, release by release.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { load, type Report, runCheck, runTrialFiles } from '../../src/index.ts'
import type { PoolSpec } from '../../src/trials/spec.ts'

const root = join(import.meta.dirname, '..', '..')
const example = join(root, 'examples', 'otomi')
const real = join(root, '..', 'shared', 'real', 'otomi')
const isHere = existsSync(real)
const where = isHere ? '' : ' (skipped: ../shared/real/otomi is not there)'

const pools: readonly PoolSpec[] = [
  { name: 'platform', count: 2, cpu: '4', memory: '16Gi', labels: { otomi: 'otomi-sys' } },
  { name: 'apps', count: 2, cpu: '4', memory: '16Gi' },
]

function check(...inputs: readonly string[]): Report {
  const loaded = load(inputs, { pools, namespace: 'argocd' })
  expect(loaded.problems.filter(({ severity }) => severity === 'error')).toEqual([])
  return runCheck(loaded, { version: 'test', trials: ['install'], sources: inputs })
}

function ofExample(release: string): Report {
  return check(join(example, 'values', `${release}.yaml`), join(example, 'manifests'))
}

/** Without the agents: what becomes of them without teams has a trial of its own. */
function withoutAgents(release: string): Report {
  const manifests = join(example, 'manifests', 'platform.yaml')
  return check(join(example, 'values', `${release}.yaml`), manifests)
}

function found({ findings }: Report, verdict: string) {
  return findings.filter(each => each.verdict === verdict)
}

function lineOf(file: string, text: string): number {
  return (
    readFileSync(file, 'utf8')
      .split('\n')
      .findIndex(each => each.includes(text)) + 1
  )
}

describe('a nodeSelector and one team', () => {
  it('2.8.0: Argo CD is Pending on both pools, and both hands are told with their lines', () => {
    const [finding, ...others] = found(ofExample('v2.8.0'), 'pending-forever')
    expect(others).toEqual([])
    expect(finding?.count).toBe(5)
    expect(finding?.severity).toBe('error')
    const file = join(example, 'values', 'v2.8.0.yaml')
    const [cause] = finding?.causes ?? []
    const resource = `ArgoCD argocd/argocd spec.nodePlacement.nodeSelector.otomi, ${file}:${lineOf(file, 'otomi: otomi-sys')}`
    const mutation = `Assign set-team-node-affinity, ${file}:${lineOf(file, 'nodeSelector:')}`
    expect(cause?.text).toBe(
      `nodeSelector otomi=otomi-sys (${resource}) ∧ nodeAffinity otomi NotIn [otomi-sys] ` +
        `(${mutation}): empty on all 4 nodes; the first leaves out apps-1 and apps-2, the next ` +
        'platform-1 and platform-2',
    )
    expect(cause?.locations.map(({ line }) => line)).toEqual([
      lineOf(file, 'otomi: otomi-sys'),
      lineOf(file, 'nodeSelector:'),
    ])
  })

  it('2.8.1: mutations strike also where the manifests are named before them', () => {
    const values = join(example, 'values', 'v2.8.1.yaml')
    const team = join(example, 'manifests', 'team.yaml')
    const [platform] = pools
    for (const inputs of [
      [values, team],
      [team, values],
    ]) {
      const loaded = load(inputs, { pools: platform === undefined ? [] : [platform] })
      const report = runCheck(loaded, { version: 'test', trials: ['install'], sources: inputs })
      const names = found(report, 'pending-forever').map(({ object }) => object.name)
      expect(names).toEqual(['web'])
    }
  })

  it('2.8.1: all of it is placed, and what slips through is told', () => {
    const report = ofExample('v2.8.1')
    expect(found(report, 'pending-forever')).toEqual([])
    const slipped = report.problems.filter(({ code }) => code === 'ST0152')
    expect(slipped.map(({ text }) => text.split(':')[0])).toEqual([
      'DaemonSet monitoring/promtail',
      'Deployment argocd/argocd-image-updater',
    ])
  })

  it('2.8.1 without teams: the team mutation strikes every pod, also those that were placed', () => {
    const report = withoutAgents('v2.8.1-no-teams')
    const [finding] = found(report, 'pending-forever')
    expect(finding?.count).toBe(5)
    expect(finding?.causes[0]?.text).toContain('Assign set-team-node-affinity')
    const away = report.problems.filter(({ code }) => code === 'ST0152').map(({ text }) => text)
    expect(away).toHaveLength(1)
    expect(away[0]).toContain('CronJob gitea/gitea-backup: it does not get to')
    expect(away[0]).toContain('1 more: StatefulSet keycloak/keycloak')
  })

  it('2.8.1 without teams: what makes the pods of an agent without end', () => {
    const file = join(example, 'advice', 'o2-upgrade-first.trial.yaml')
    const results = runTrialFiles([file], { version: 'test' })
    const report = results.find(({ name }) => name === 'agents-without-teams')?.report
    const [finding] = report?.findings.filter(({ verdict }) => verdict === 'loop') ?? []
    expect(finding?.message).toMatch(/^DaemonSet monitoring\/promtail: \d+ pods were made/)
    expect(finding?.causes[0]).toMatchObject({
      code: 'tie-replaced',
      facts: { mutators: ['Assign set-team-node-affinity'] },
    })
  })

  it('2.3.0: operator and mutator rewrite each other for ever: period, writers and field', () => {
    const [finding] = found(ofExample('v2.3.0'), 'loop')
    expect(finding?.count).toBe(5)
    expect(finding?.seconds).toBeGreaterThan(0)
    expect(finding?.message).toMatch(
      /^argocd-operator and Assign set-platform-node-affinity-others rewrite spec\.template\.spec\.affinity for ever: \d+ times so far, every \d+ s on average$/,
    )
    expect(finding?.causes[0]).toMatchObject({
      code: 'two-writers',
      facts: { hands: ['argocd-operator', 'Assign set-platform-node-affinity-others'] },
    })
    expect(finding?.causes[0]?.locations).toHaveLength(2)
  })

  it.each(['v2.3.0', 'v2.8.0', 'v2.8.1'])('%s: the mutation of CronJobs has no effect', release => {
    const idle = ofExample(release).problems.filter(({ code }) => code === 'ST0151')
    expect(idle).toHaveLength(1)
    expect(idle[0]?.text).toContain('no effect on any CronJob')
    expect(idle[0]?.todo).toContain('spec.jobTemplate.spec.template.spec.affinity.nodeAffinity')
  })

  it('an autoscaler that was copied as it is looks for a Deployment that nobody makes', () => {
    const [finding] = found(ofExample('v2.8.1'), 'noscale')
    expect(finding?.object.name).toBe('argocd-server')
    expect(finding?.causes[0]?.text).toContain('its target is Deployment otomi-argocd')
  })
})

describe(`manifests as the charts render them${where}`, () => {
  let folder = ''

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'seatrial-otomi-'))
  })

  afterEach(() => rmSync(folder, { recursive: true }))

  function rendered(version: string, set: string): Report {
    const mutations = join(real, 'mutations', version, `${set}.yaml`)
    const resource = join(real, 'argocd-cr', `${version}.nodeselector.yaml`)
    return check(mutations, resource)
  }

  it.skipIf(!isHere).each([
    { version: 'v2.8.0', set: 'one-label.one-team', pending: true },
    { version: 'v2.8.0', set: 'one-label.three-teams', pending: true },
    { version: 'v2.8.0', set: 'one-label.no-teams', pending: true },
    { version: 'v2.8.1', set: 'one-label.one-team', pending: false },
    { version: 'v2.8.1', set: 'one-label.three-teams', pending: false },
    { version: 'v2.8.1', set: 'one-label.no-teams', pending: true },
  ])('$version, $set: pending $pending', ({ version, set, pending }) => {
    const stuck = found(rendered(version, set), 'pending-forever')
    expect(stuck.length > 0).toBe(pending)
    if (!pending) return
    expect(stuck[0]?.causes[0]?.text).toContain(`${version}.nodeselector.yaml:`)
    expect(stuck[0]?.causes[0]?.text).toContain(`${set}.yaml:`)
  })

  it.skipIf(!isHere)('what the recorded operator made of it is Pending like the twin’s', () => {
    const output = join(real, 'argocd-operator-output', 'otomi-v2.8.1.nodeselector.yaml')
    const mutations = join(real, 'mutations', 'v2.8.0', 'one-label.one-team.yaml')
    const maps = ['argocd-ssh-known-hosts-cm', 'argocd-tls-certs-cm', 'argocd-gpg-keys-cm']
    const text = maps.map(name => `{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}}}`)
    writeFileSync(join(folder, 'maps.yaml'), text.join('\n---\n'))
    const given = check(mutations, output, join(folder, 'maps.yaml'))
    const names = (report: Report): readonly string[] =>
      found(report, 'pending-forever')
        .flatMap(({ object, causes }) => {
          const same = causes.find(({ code }) => code === 'same-cause')?.facts['workloads']
          return Array.isArray(same) ? same : [`${object.kind} argocd/${object.name}`]
        })
        .sort()
    expect(names(given)).toEqual(names(rendered('v2.8.0', 'one-label.one-team')))
    expect(names(given)).toHaveLength(5)
  })
})
