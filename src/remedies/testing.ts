// A finding on a Deployment for the tests of remedies: what a cause says, and what is written.

import type { Cause, Finding } from '../explain/report.ts'
import { pathParts, setAt } from '../kube/field-path.ts'
import type { KubeObject } from '../kube/object.ts'
import type { PoolSpec } from '../trials/spec.ts'
import type { Ask, Proposal, Remedy } from './framework.ts'

export const antiAffinity = 'spec.template.spec.affinity.podAntiAffinity'
export const term = `${antiAffinity}.requiredDuringSchedulingIgnoredDuringExecution[0]`

export const webTerm = {
  topologyKey: 'kubernetes.io/hostname',
  labelSelector: { matchLabels: { app: 'web' } },
}

export const web = setAt(
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { replicas: 3 },
  },
  pathParts(term),
  webTerm,
) as KubeObject

export const webRef = { kind: 'Deployment', namespace: 'shop', name: 'web' }

/** A cause with these facts. */
export function cause(code: string, facts: Cause['facts'] = {}): Cause {
  return { code, text: '', facts, locations: [], writers: [] }
}

interface Given {
  readonly causes: readonly Cause[]
  readonly written?: KubeObject
  readonly pools?: readonly PoolSpec[]
  readonly object?: Finding['object']
}

/** What a remedy proposes for the first cause that it handles; undefined when it handles none. */
export function proposed(
  remedy: Remedy,
  { causes, written = web, pools = [], object = webRef }: Given,
): readonly Proposal[] | undefined {
  const handled = causes.find(remedy.handles)
  if (handled === undefined) return undefined
  const finding = { object, causes } as unknown as Finding
  const platform = { kubernetes: '1.36', pools, objects: [] }
  const ask: Ask = { finding, cause: handled, platform, written }
  return remedy.propose(ask)
}
