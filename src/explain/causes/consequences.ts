// Causes that lie in the event of the trial itself: a lost node, one replica, a budget, a refusal.

import { keyFrom, type KubeObject, type ObjectRef } from '../../kube/object.ts'
import type { PlatformObject } from '../../trials/platform.ts'
import { refOf } from '../../trials/voyage.ts'
import { places } from '../context.ts'
import type { Cause } from '../report.ts'
import { type CauseFinder, isRefusedEviction } from './cause-finder.ts'

type Replicated = KubeObject & { readonly spec?: { readonly replicas?: number } }

function bare(code: string, text: string, facts: Cause['facts']): Cause {
  return { code, text, facts, locations: [], writers: [] }
}

export const singleReplica = {
  name: 'single-replica',
  doc: 'A workload of one pod serves nobody until its replacement is ready.',
  find: context => {
    const { incident, workload } = context
    if (incident.verdict !== 'down' || workload === undefined) return []
    const { replicas = 1 } = (workload as Replicated).spec ?? {}
    if (replicas !== 1 || workload.kind === 'DaemonSet') return []
    const text = 'replicas: 1: nobody serves until the one replacement is ready'
    const locations = places(context, ['spec.replicas'])
    return [{ ...bare('single-replica', text, { replicas }), locations }]
  },
} satisfies CauseFinder

export const lostNode = {
  name: 'lost-node',
  doc: 'A pod on a silent node can neither be stopped nor replaced under the same name.',
  find: ({ incident, pod }) => {
    const { node, zone } = incident.run
    const terminating = incident.verdicts.filter(v => v.verdict === 'terminating-forever')
    if ((node ?? zone) === undefined || terminating.length === 0) return []
    const names = terminating.map(({ object }) => object.name)
    const isSet = incident.object.kind === 'StatefulSet'
    const tail = isSet ? '; a StatefulSet creates no second pod of that name' : ''
    const who = node === undefined ? `kubelets of zone ${zone} are` : `kubelet of ${node} is`
    const text = `the ${who} silent, so nobody confirms that ${names.join(', ')} ended`
    const facts = {
      ...(node === undefined ? { zone: zone ?? '' } : { node }),
      pods: names,
      ...(pod !== undefined && { bound: true }),
    }
    return [bare('kubelet-silent', `${text}${tail}`, facts)]
  },
} satisfies CauseFinder

export const installerGate = {
  name: 'installer-gate',
  doc: 'The installer waits for this workload and gives up.',
  find: ({ incident, platform }) => {
    const failed = incident.run.gates.find(({ outcome }) => outcome !== 'ready')
    if (failed === undefined || failed.gate.name !== incident.object.name) return []
    const seconds = Math.round(failed.atMs / 1000)
    const by = platform.install?.by ?? 'the installer'
    const text = `${by} gives up at second ${seconds}: ${failed.message ?? failed.outcome}`
    return [bare('installer-gate', text, { gate: failed.gate.name, seconds })]
  },
} satisfies CauseFinder

type Budget = KubeObject & {
  readonly status?: {
    readonly currentHealthy?: number
    readonly desiredHealthy?: number
    readonly expectedPods?: number
  }
}

function sameRef(a: ObjectRef, b: ObjectRef): boolean {
  return a.kind === b.kind && a.namespace === b.namespace && a.name === b.name
}

function limitPath(budget: PlatformObject): string {
  const limits = ['spec.minAvailable', 'spec.maxUnavailable']
  return limits.find(path => budget.range(path) !== undefined) ?? 'spec'
}

export const disruptionBudget = {
  name: 'disruption-budget',
  doc: 'The PodDisruptionBudget that refuses an eviction, with its arithmetic.',
  find: context => {
    const { incident, platform, world } = context
    const name = /disruption budget (\S+) /.exec(incident.message ?? '')?.[1]
    if (!isRefusedEviction(incident) || name === undefined) return []
    const key = keyFrom(incident.object.namespace, name)
    const budget = world.store.get('PodDisruptionBudget', key) as Budget | undefined
    if (budget === undefined) return []
    const wanted = { ...incident.object, kind: 'PodDisruptionBudget', name }
    const written = platform.objects.find(({ object }) => sameRef(refOf(object), wanted))
    const locations = written === undefined ? [] : [written.locate(limitPath(written))]
    const { currentHealthy = 0, desiredHealthy = 0, expectedPods = 0 } = budget.status ?? {}
    const text =
      `PodDisruptionBudget ${name} wants ${desiredHealthy} of ${expectedPods} pods healthy, ` +
      `${currentHealthy} are: none may go`
    const facts = { budget: name, desiredHealthy, currentHealthy, expectedPods }
    return [{ ...bare('budget-allows-none', text, facts), locations }]
  },
} satisfies CauseFinder
