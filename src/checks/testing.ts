// Small lives for tests of checks: a workload, a pod, a finished run.

import type { KubeObject } from '../kube/object.ts'
import { World } from '../engine/world.ts'
import type { ClusterLife, Observation, PodLife, WorkloadLife } from './verdict.ts'

/** A World without components, at virtual time 0. */
export function stillWorld(): World {
  const program = {
    actors: [],
    indexes: [],
    serve: (world: World, request: unknown, writer: string) => {
      const { kind, key, object } = request as { kind: string; key: string; object: KubeObject }
      world.write(kind, key, object, writer)
      return undefined
    },
  }
  const schedule = { seed: 1, mode: 'default' as const, overrides: new Map() }
  return World.create(program, { epochMs: 0, latencyMs: 0, schedule })
}

/** A run from 0 to 60 s that came to rest. */
export function observed(changes: Partial<Observation> = {}): Observation {
  return {
    world: stillWorld(),
    startMs: 0,
    startRevision: 0,
    endMs: 60_000,
    quiet: true,
    refusals: [],
    ...changes,
  }
}

export function podLife(changes: Partial<PodLife> = {}): PodLife {
  return {
    key: 'default/web-1',
    uid: 'u1',
    workload: { kind: 'Deployment', namespace: 'default', name: 'web' },
    createdMs: 1000,
    boundMs: undefined,
    node: undefined,
    markedMs: undefined,
    goneMs: undefined,
    serving: [],
    unschedulable: undefined,
    pod: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-1' } },
    ...changes,
  }
}

export function workloadLife(changes: Partial<WorkloadLife> = {}): WorkloadLife {
  return {
    ref: { kind: 'Deployment', namespace: 'default', name: 'web' },
    object: deployment({}),
    wanted: 2,
    wants: [{ atMs: 0, wanted: 2 }],
    pods: [podLife()],
    steps: [],
    ...changes,
  }
}

/** A Deployment of two with this status, and this revision of its template. */
export function deployment(status: object, template: object = {}): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: { replicas: 2, template },
    status,
  }
}

export function lifeWith(parts: Partial<ClusterLife>): ClusterLife {
  return { pods: [], workloads: [], silences: new Map(), ...parts }
}
