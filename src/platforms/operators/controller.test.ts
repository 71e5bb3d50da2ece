import { describe, expect, it } from 'vitest'
import { createCluster, request } from '../../cluster/cluster.ts'
import type { World } from '../../engine/world.ts'
import type { KubeObject } from '../../kube/object.ts'
import { nodeFromPool } from '../../nodes/node-object.ts'
import { argocdOperator } from '../argocd-operator/argocd-operator.ts'
import { operatorsFor } from '../registry.ts'

const cluster = { kind: 'ArgoCD.argoproj.io', namespace: 'argocd', name: 'argocd' }
const deployment = (name: string) => ({ kind: 'Deployment', namespace: 'argocd', name })

function argoCd(spec: object): KubeObject {
  const metadata = { name: 'argocd', namespace: 'argocd' }
  return { apiVersion: 'argoproj.io/v1beta1', kind: 'ArgoCD', metadata, spec }
}

function world(...objects: readonly KubeObject[]): World {
  const pool = { name: 'n', count: 3, cpu: '8', memory: '16Gi' }
  const nodes = [0, 1, 2].map(index => {
    const details = { nowMs: 0, kubeletVersion: 'v1.36.0', ordinal: index + 1 }
    return nodeFromPool(pool, index, details) as unknown as KubeObject
  })
  const made = createCluster({ kubernetes: '1.36', nodes, operators: [argocdOperator] })
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } }
  for (const object of [namespace, ...objects]) create(made, object)
  settle(made)
  return made
}

function create(made: World, object: KubeObject): void {
  expect(request(made, { verb: 'create', object })).toMatchObject({ ok: true })
}

function settle(made: World): void {
  expect(made.run({ untilMs: made.nowMs + 1_200_000 }).reason).toBe('quiescent')
}

function names(made: World, kind: string): readonly string[] {
  return made.store.list(kind, 'argocd').map(({ metadata }) => metadata.name ?? '')
}

function patch(made: World, target: ReturnType<typeof deployment>, change: unknown): void {
  const answer = request(made, { verb: 'patch', target, patchType: 'merge', patch: change })
  expect(answer).toMatchObject({ ok: true })
  settle(made)
}

function specOf(made: World, name: string): unknown {
  return made.store.get('Deployment', `argocd/${name}`)?.['spec']
}

describe('an operator in a cluster', () => {
  it('makes what its resource asks for, and it runs', () => {
    const made = world(argoCd({}))
    expect(names(made, 'StatefulSet')).toEqual(['argocd-application-controller'])
    expect(names(made, 'Deployment')).toEqual([
      'argocd-redis',
      'argocd-repo-server',
      'argocd-server',
    ])
    const pods = made.store.list('Pod', 'argocd')
    expect(pods).toHaveLength(4)
    for (const pod of pods) expect(pod['status']).toMatchObject({ phase: 'Running' })
  })

  it('puts back what others change, and makes again what they delete', () => {
    const made = world(argoCd({ server: { replicas: 2 } }))
    patch(made, deployment('argocd-server'), { spec: { replicas: 5 } })
    expect(specOf(made, 'argocd-server')).toMatchObject({ replicas: 2 })
    request(made, { verb: 'delete', target: deployment('argocd-redis') })
    settle(made)
    expect(names(made, 'Deployment')).toContain('argocd-redis')
  })

  it('an edit of the resource reaches its workloads', () => {
    const made = world(argoCd({ repo: { replicas: 1 } }))
    patch(made, cluster, { spec: { repo: { replicas: 3 }, ha: { enabled: true } } })
    expect(specOf(made, 'argocd-repo-server')).toMatchObject({ replicas: 3 })
    expect(names(made, 'Deployment')).not.toContain('argocd-redis')
    expect(names(made, 'StatefulSet')).toContain('argocd-redis-ha-server')
  })

  it('what it owns goes with the resource', () => {
    const made = world(argoCd({}))
    request(made, { verb: 'delete', target: cluster })
    settle(made)
    // The collector takes owners of a kind that nobody defined for unknown, so nothing is lost.
    const owners = made.store.list('Deployment', 'argocd').map(({ metadata }) => metadata)
    expect(owners.every(({ ownerReferences = [] }) => ownerReferences[0]?.kind === 'ArgoCD')).toBe(
      true,
    )
  })

  it('leaves a resource of a version alone that it does not read', () => {
    const made = world({ ...argoCd({}), apiVersion: 'argoproj.io/v1' })
    expect(names(made, 'Deployment')).toEqual([])
  })

  it('does nothing while its own Deployment has no ready pod', () => {
    const labels = { app: 'operator' }
    const containers = [{ name: 'manager', image: 'quay.io/argoprojlabs/argocd-operator:v0.18.0' }]
    const spec = (disk: object): object => ({
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers, nodeSelector: disk } },
    })
    const metadata = { name: 'operator', namespace: 'argocd' }
    const own = { apiVersion: 'apps/v1', kind: 'Deployment', metadata }
    const made = world({ ...own, spec: spec({ disk: 'ssd' }) }, argoCd({}))
    expect(names(made, 'Deployment')).toEqual(['operator'])
    const template = { spec: { nodeSelector: { disk: null } } }
    patch(made, deployment('operator'), { spec: { template } })
    expect(names(made, 'Deployment')).toContain('argocd-server')
  })

  it('a fork goes on by itself', () => {
    const made = world(argoCd({ server: { replicas: 2 } }))
    const other = made.fork()
    patch(other, cluster, { spec: { server: { replicas: 4 } } })
    expect(specOf(other, 'argocd-server')).toMatchObject({ replicas: 4 })
    settle(made)
    expect(specOf(made, 'argocd-server')).toMatchObject({ replicas: 2 })
  })
})

describe('which operators take part', () => {
  const described = { ...argocdOperator, name: 'own' }

  it.each([
    { name: 'none without a resource', given: [], own: [], want: [] },
    { name: 'the one of a resource', given: [argoCd({})], own: [], want: ['argocd-operator'] },
    { name: 'a described one in its place', given: [argoCd({})], own: [described], want: ['own'] },
    { name: 'no described one without a resource', given: [], own: [described], want: [] },
  ])('$name', ({ given, own, want }) => {
    expect(operatorsFor(given, own).map(({ name }) => name)).toEqual(want)
  })
})
