// Whether a kubelet takes a pod that no scheduler has weighed: resources, affinity, taints.
// Upstream: pkg/kubelet/lifecycle/predicate.go, v1.36.3.

import type { Node, Pod } from '../kube/generated/types.ts'
import { matchesRequiredNodeAffinity } from '../kube/node-affinity.ts'
import { isPodTerminal } from '../kube/pod.ts'
import { milliValueOf, valueOf } from '../kube/quantity-math.ts'
import type { Quantity } from '../kube/quantity.ts'
import { addAmounts, amountsOf, podRequests } from '../kube/resources.ts'
import { toleratesTaint } from '../kube/toleration.ts'

/** Why a kubelet rejects a pod; both become part of its status. */
export interface Rejection {
  readonly reason: string
  readonly message: string
}

/** The first reason against running `pod` beside `others` on its node, or undefined. */
export function rejectionOf(pod: Pod, node: Node, others: readonly Pod[]): Rejection | undefined {
  return (
    insufficient(pod, node, others) ??
    predicate(
      !matchesRequiredNodeAffinity(pod.spec, node),
      'NodeAffinity',
      "node(s) didn't match Pod's node affinity/selector",
    ) ??
    predicate(
      lacksPorts(pod, others),
      'NodePorts',
      "node(s) didn't have free ports for the requested pod ports",
    ) ??
    predicate(hasUntolerated(pod, node), 'TaintToleration', 'node(s) had untolerated taint(s)')
  )
}

function predicate(fails: boolean, name: string, why: string): Rejection | undefined {
  return fails ? { reason: name, message: `Predicate ${name} failed: ${why}` } : undefined
}

function insufficient(pod: Pod, node: Node, others: readonly Pod[]): Rejection | undefined {
  const living = others.filter(other => !isPodTerminal(other))
  const capacity = amountsOf(node.status?.allocatable)
  const pods = capacity.get('pods')
  if (pods !== undefined && living.length + 1 > valueOf(pods)) {
    return outOf('pods', { requested: 1, used: living.length, capacity: valueOf(pods) })
  }
  const used = new Map<string, Quantity>()
  for (const other of living) addAmounts(used, podRequests(other))
  for (const [name, request] of podRequests(pod)) {
    const room = capacity.get(name)
    // Resources that the node does not know are taken to belong to the cluster.
    if (room === undefined) continue
    const value = name === 'cpu' ? milliValueOf : valueOf
    const before = used.get(name)
    const amounts = {
      requested: value(request),
      used: before === undefined ? 0 : value(before),
      capacity: value(room),
    }
    if (amounts.requested > 0 && amounts.requested > amounts.capacity - amounts.used) {
      return outOf(name, amounts)
    }
  }
  return undefined
}

function outOf(
  resource: string,
  amounts: { readonly requested: number; readonly used: number; readonly capacity: number },
): Rejection {
  const { requested, used, capacity } = amounts
  const what = `resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`
  return { reason: `OutOf${resource}`, message: `Node didn't have enough ${what}` }
}

/** Two pods cannot have the same port of the node on the same address; 0.0.0.0 is all of them. */
function lacksPorts(pod: Pod, others: readonly Pod[]): boolean {
  const taken = others.filter(other => !isPodTerminal(other)).flatMap(hostPorts)
  return hostPorts(pod).some(wanted =>
    taken.some(
      ({ port, protocol, ip }) =>
        port === wanted.port &&
        protocol === wanted.protocol &&
        (ip === wanted.ip || ip === anyAddress || wanted.ip === anyAddress),
    ),
  )
}

const anyAddress = '0.0.0.0'

function hostPorts({ spec }: Pod) {
  const ports = (spec?.containers ?? []).flatMap(container => container.ports ?? [])
  return ports.flatMap(({ hostPort = 0, protocol = 'TCP', hostIP = '' }) =>
    hostPort === 0 ? [] : [{ port: hostPort, protocol, ip: hostIP === '' ? anyAddress : hostIP }],
  )
}

/** The kubelet minds NoExecute taints only. */
function hasUntolerated(pod: Pod, node: Node): boolean {
  return (node.spec?.taints ?? []).some(
    taint =>
      taint.effect === 'NoExecute' &&
      !(pod.spec?.tolerations ?? []).some(toleration => toleratesTaint(toleration, taint)),
  )
}
