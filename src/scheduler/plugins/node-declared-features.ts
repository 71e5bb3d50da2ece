// NodeDeclaredFeatures keeps pods on nodes whose kubelet can run what they need.
// Upstream: pkg/scheduler/framework/plugins/nodedeclaredfeatures and
// component-helpers nodedeclaredfeatures/features, v1.36.3.

import type { Container, Pod } from '../../kube/generated/types.ts'
import {
  actions,
  type FilterPlugin,
  type Node,
  type PreFilterPlugin,
  skip,
  stateKey,
  success,
  unresolvable,
} from '../framework.ts'

const reasons = { unsatisfied: "node(s) didn't match Pod's required features" }
const rejected = unresolvable(reasons.unsatisfied)
const preFilterState = stateKey<readonly string[]>('PreFilterNodeDeclaredFeatures')

/** The features that a pod needs from the start; others matter for updates only. */
export function requiredFeatures(pod: Pod): readonly string[] {
  const { containers = [], initContainers = [], hostNetwork, hostUsers } = pod.spec ?? {}
  const features: string[] = []
  if ([...containers, ...initContainers].some(restartsAllContainers)) {
    features.push('RestartAllContainersOnContainerExits')
  }
  if (hostNetwork === true && hostUsers === false) features.push('UserNamespacesHostNetworkSupport')
  return features
}

function restartsAllContainers({ restartPolicyRules = [] }: Container): boolean {
  return restartPolicyRules.some(({ action }) => action === 'RestartAllContainers')
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index])
}

export const nodeDeclaredFeatures = {
  name: 'NodeDeclaredFeatures',
  doc: 'Rejects nodes whose status.declaredFeatures lacks a feature that the pod needs.',
  reasons,
  requeueOn: [
    {
      event: { resource: 'Node', actions: actions.add | actions.updateNodeDeclaredFeature },
      hint: (_pod, { oldObject, newObject }) => {
        const before: Node | undefined = oldObject
        const after: Node | undefined = newObject
        if (before === undefined) return 'Queue'
        const { declaredFeatures: old = [] } = before.status ?? {}
        const { declaredFeatures: now = [] } = after?.status ?? {}
        return sameList(old, now) ? 'Skip' : 'Queue'
      },
    },
    {
      event: { resource: 'Pod', actions: actions.update },
      hint: (pod, { oldObject, newObject }) => {
        if (newObject?.metadata.uid !== pod.metadata.uid) return 'Skip'
        const old = requiredFeatures(oldObject as Pod)
        return sameList(old, requiredFeatures(newObject as Pod)) ? 'Skip' : 'Queue'
      },
    },
  ],
  preFilter: (cycle, pod) => {
    const features = requiredFeatures(pod)
    if (features.length === 0) return { status: skip }
    cycle.write(preFilterState, features)
    return { status: success }
  },
  filter: (cycle, _pod, { node }) => {
    const declared = node.status?.declaredFeatures ?? []
    const required = cycle.read(preFilterState) ?? []
    return required.every(feature => declared.includes(feature)) ? success : rejected
  },
} satisfies PreFilterPlugin & FilterPlugin
