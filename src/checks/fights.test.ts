import { describe, expect, it } from 'vitest'
import { request } from '../cluster/cluster.ts'
import type { KubeObject } from '../kube/object.ts'
import { install } from '../trials/install.ts'
import { fightsIn } from './fights.ts'
import type { Platform } from '../trials/platform.ts'

const affinity = {
  nodeAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      { weight: 1, preference: { matchExpressions: [{ key: 'a', operator: 'Exists' }] } },
    ],
  },
}

const mutator: KubeObject = {
  apiVersion: 'mutations.gatekeeper.sh/v1',
  kind: 'Assign',
  metadata: { name: 'set-affinity' },
  spec: {
    applyTo: [{ groups: ['apps'], kinds: ['Deployment'], versions: ['v1'] }],
    location: 'spec.template.spec.affinity.nodeAffinity',
    parameters: { assign: { value: affinity.nodeAffinity } },
  },
}

function argoCd(version: string): KubeObject {
  const metadata = { name: 'argocd', namespace: 'argocd' }
  return { apiVersion: `argoproj.io/${version}`, kind: 'ArgoCD', metadata, spec: {} }
}

function platform(...objects: readonly KubeObject[]): Platform {
  return {
    kubernetes: '1.36',
    pools: [{ name: 'n', count: 2, cpu: '8', memory: '16Gi' }],
    objects: objects.map(object => ({
      object,
      locate: () => ({ file: 'a.yaml' }),
      range: () => undefined,
    })),
  }
}

function loopsOf(...objects: readonly KubeObject[]) {
  const { result } = install(platform(...objects))
  return result.runs[0]?.verdicts.filter(({ verdict }) => verdict === 'loop') ?? []
}

describe('an operator against a mutator', () => {
  it('a field that the operator puts back and the mutator changes again is a loop', () => {
    const loops = loopsOf(mutator, argoCd('v1alpha1'))
    const server = loops.find(({ object }) => object.name === 'argocd-server')
    expect(server).toMatchObject({
      field: 'spec.template.spec.affinity',
      writers: ['argocd-operator', 'Assign set-affinity'],
      open: true,
    })
    expect(server?.n).toBeGreaterThanOrEqual(3)
    expect(server?.seconds).toBeGreaterThan(0)
  })

  it('is told by the trial that it begins in, and by none after', () => {
    const { world, result } = install(platform(mutator, argoCd('v1alpha1')))
    const [run] = result.runs
    if (run === undefined) throw new Error('an install is one run')
    expect(fightsIn(run.observation)).not.toEqual([])
    const later = { ...run.observation, startMs: run.observation.startMs + 1500 }
    expect(later.world).toBe(world)
    expect(fightsIn(later)).toEqual([])
  })

  it('control: an operator that leaves the field alone', () => {
    expect(loopsOf(mutator, argoCd('v1beta1'))).toEqual([])
  })

  it('control: a mutator that does not match', () => {
    const match = { excludedNamespaces: ['argocd'] }
    const spec = { ...(mutator['spec'] as object), match }
    expect(loopsOf({ ...mutator, spec }, argoCd('v1alpha1'))).toEqual([])
  })

  it('control: what a person writes and a mutator takes back is no loop of the cluster', () => {
    const installed = install(platform(mutator, argoCd('v1beta1')))
    const { world } = installed
    const target = { kind: 'Deployment', namespace: 'argocd', name: 'argocd-server' }
    for (let time = 0; time < 5; time += 1) {
      const patch = { spec: { template: { spec: { affinity: null } } } }
      expect(request(world, { verb: 'patch', target, patchType: 'merge', patch }).ok).toBe(true)
    }
    const notes = world.traceFrom(0).filter(each => each.type === 'note')
    expect(notes.filter(({ topic }) => topic === 'write-undone')).toHaveLength(5)
    const seen = { world, startMs: 0, startRevision: 0, endMs: world.nowMs, quiet: true }
    expect(fightsIn({ ...seen, refusals: [] })).toEqual([])
  })
})
