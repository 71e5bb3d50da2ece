// Leases of nodes. While nothing can come between a kubelet and its lease, renewals are a function
// of time. Where a webhook or a policy is asked about leases, every renewal is a request that may
// be refused: the lease then ends, until a later renewal gets through. Upstream: component-helpers
// apimachinery/lease/controller.go, pkg/kubelet/kubelet_node_status.go (a status that others have
// changed is posted again within 10 s), v1.36.3.

import type { ApiRequest, ApiResponse } from '../apiserver/request.ts'
import { scriptKind } from '../apiserver/webhooks/answers.ts'
import { webhooksOf } from '../apiserver/webhooks/webhook.ts'
import type { View } from '../engine/view.ts'
import type {
  Node,
  RuleWithOperations,
  ValidatingAdmissionPolicy,
} from '../kube/generated/types.ts'
import {
  leaseFor,
  leaseNamespace,
  type NodeHeartbeat,
  noSilence,
  renewEveryMsDefault,
} from '../kube/node-heartbeat.ts'
import type { KubeObject } from '../kube/object.ts'
import { outageKind } from '../kube/outage-object.ts'
import type { Context } from './context.ts'
import { readyConditions } from './node-object.ts'

const webhookKinds = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'] as const
const policyKinds = ['MutatingAdmissionPolicy', 'ValidatingAdmissionPolicy'] as const

/** Kinds that decide whether renewals are requests. */
export const gateKinds: readonly string[] = [
  ...webhookKinds,
  ...policyKinds,
  ...policyKinds.map(kind => `${kind}Binding`),
  scriptKind,
  outageKind,
]

/** What leases wake the kubelets for: the renewal of one node, or the end of a time of change. */
export type LeasePayload =
  | { readonly type: 'renew'; readonly node: string }
  | { readonly type: 'settled' }

/** Begins the lease of a node that has just registered. */
export function beginLease(context: Context, node: string): void {
  const { turn, options } = context
  const fromMs = turn.nowMs + (options.firstRenewalMs?.(node) ?? 0)
  begin(context, node, { fromMs, everyMs: options.renewEveryMs ?? renewEveryMsDefault })
}

/** The kubelet is heard again after a silence: it renews its lease at once. */
export function resumeLease(context: Context, node: string): void {
  const everyMs = context.state.links.get(node)?.heartbeat.everyMs ?? renewEveryMsDefault
  begin(context, node, { fromMs: context.turn.nowMs, everyMs })
}

function begin(context: Context, node: string, heartbeat: NodeHeartbeat): void {
  const { state } = context
  const isFirst = context.turn.view.get('Lease', `${leaseNamespace}/${node}`) === undefined
  state.links.set(node, { ...state.links.get(node), heartbeat })
  if (!isFirst && state.isAsked && !isAccepted(context, node)) refuse(context, node)
  else if (!publish(context, node, heartbeat)) refuse(context, node)
  planRenewal(context, node)
}

/** The kubelet falls silent. A lease that was refused before has ended already. */
export function endLease(context: Context, node: string, podsServe: boolean): void {
  const { state, turn } = context
  const link = state.links.get(node)
  if (link === undefined) return
  const { heartbeat, refused: _refused, renewal, ...rest } = link
  if (renewal !== undefined) turn.cancel(renewal)
  const { fromMs, everyMs, untilMs = turn.nowMs } = heartbeat
  const ended = { fromMs, everyMs, untilMs, ...(podsServe && { podsServe }) }
  state.links.set(node, { ...rest, heartbeat: ended })
  publish(context, node, ended)
}

/** What decides about renewals has changed: from now on they are asked for, or not any more. */
export function onGate(context: Context): void {
  const { state, turn } = context
  const wasAsked = state.isAsked
  state.isAsked = mayRefuse(turn.view)
  if (!state.isAsked && !wasAsked) return
  for (const node of state.links.keys()) planRenewal(context, node)
  awaitAnswers(context)
}

/** Keeps the World from rest until every node has tried to renew: answers may differ from now on. */
export function awaitAnswers({ state, turn }: Context): void {
  const everyMs = Math.max(0, ...[...state.links.values()].map(link => link.heartbeat.everyMs))
  state.settledMs = turn.nowMs + everyMs
  if (state.isSettling) return
  state.isSettling = true
  turn.wakeAfter(everyMs, { type: 'settled' } satisfies LeasePayload)
}

/** Every node has tried: there is rest, unless some are refused or answers may have changed. */
export function settle(context: Context): void {
  const { state, turn } = context
  state.isSettling = false
  const isRefused = [...state.links.values()].some(link => link.refused === true)
  if (isRefused || state.settledMs > turn.nowMs) awaitAnswers(context)
}

/** One renewal that is a request. */
export function renew(context: Context, node: string): void {
  const { state, turn } = context
  const link = state.links.get(node)
  if (link === undefined || !state.isConnected(node)) return
  const { renewal: _due, ...rest } = link
  state.links.set(node, rest)
  if (!isAccepted(context, node)) refuse(context, node)
  else if (link.refused === true) {
    const { refused: _refused, ...heard } = rest
    const heartbeat = { fromMs: turn.nowMs, everyMs: link.heartbeat.everyMs }
    state.links.set(node, { ...heard, heartbeat })
    publish(context, node, heartbeat)
  }
  planRenewal(context, node)
}

/** Plans the next renewal where it is a request; otherwise it is computed by whoever wants it. */
function planRenewal({ state, turn }: Context, node: string): void {
  const link = state.links.get(node)
  if (link === undefined || link.renewal !== undefined || !state.isConnected(node)) return
  if (!state.isAsked && link.refused !== true) return
  const { fromMs, everyMs } = link.heartbeat
  const sinceMs = turn.nowMs - fromMs
  const delayMs = sinceMs < 0 ? -sinceMs : everyMs - (sinceMs % everyMs)
  const payload: LeasePayload = { type: 'renew', node }
  state.links.set(node, { ...link, renewal: turn.wakeAfter(delayMs, payload, true) })
}

/** Asks the API server to renew; what it stores says when renewals happen, so nothing changes. */
function isAccepted({ turn }: Context, node: string): boolean {
  const target = { kind: 'Lease', namespace: leaseNamespace, name: node }
  const isThere = turn.view.get('Lease', `${leaseNamespace}/${node}`) !== undefined
  const patch = { spec: { holderIdentity: node } }
  const renewal: ApiRequest = { verb: 'patch', target, patchType: 'merge', patch }
  const { nowMs: fromMs } = turn
  const lease = leaseOf(turn.view, node, { fromMs, everyMs: renewEveryMsDefault })
  const answer = turn.submit(isThere ? renewal : { verb: 'create', object: lease }) as ApiResponse
  return answer.ok
}

function refuse(context: Context, node: string): void {
  const { state, turn } = context
  const link = state.links.get(node)
  if (link === undefined || link.refused === true) return
  const { fromMs, everyMs } = link.heartbeat
  const heartbeat = { fromMs, everyMs, untilMs: turn.nowMs, podsServe: true } as const
  state.links.set(node, { ...link, heartbeat, refused: true })
  turn.note('lease-refused', { node })
  publish(context, node, heartbeat)
  awaitAnswers(context)
}

/** Writes when renewals happen: for a new lease a request, else no more than a note of the twin. */
function publish({ turn }: Context, node: string, heartbeat: NodeHeartbeat): boolean {
  const lease = leaseOf(turn.view, node, heartbeat)
  const target = { kind: 'Lease', namespace: leaseNamespace, name: node }
  const patch = { metadata: { annotations: { ...noSilence, ...lease.metadata.annotations } } }
  const update: ApiRequest = { verb: 'patch', target, patchType: 'merge', patch, unasked: true }
  const known = turn.view.get('Lease', `${leaseNamespace}/${node}`) !== undefined
  if (!known && heartbeat.untilMs !== undefined) return false
  const answer = turn.submit(known ? update : { verb: 'create', object: lease }) as ApiResponse
  return answer.ok
}

function leaseOf(view: View, name: string, heartbeat: NodeHeartbeat): KubeObject {
  const uid = view.get('Node', name)?.metadata.uid
  return leaseFor(uid === undefined ? { name } : { name, uid }, heartbeat)
}

/** Whether a connected node is not said to be ready, so that its kubelet will say so again. */
export function needsCorrection({ turn, options, state }: Context, name: string): boolean {
  if (options.correctsStatus === false || !state.isConnected(name)) return false
  const node = turn.view.get<Node>('Node', name)
  const ready = node?.status?.conditions?.find(({ type }) => type === 'Ready')
  return ready !== undefined && ready.status !== 'True'
}

/** Posts that the node is ready. */
export function postReady({ turn }: Context, name: string): void {
  const old = turn.view.get<Node>('Node', name)?.status?.conditions ?? []
  const patch = { status: { conditions: readyConditions(turn.nowMs, old) } }
  const target = { kind: 'Node', name }
  const request: ApiRequest = { verb: 'patch', target, patchType: 'merge', patch }
  turn.submit({ ...request, subresource: 'status' })
}

/** Whether something may refuse a renewal: looked at roughly, since each is asked for then. */
function mayRefuse(view: View): boolean {
  const scripted = new Set(view.list<Scripted>(scriptKind).map(({ spec }) => spec?.webhook))
  const isStrict = webhookKinds.some(kind =>
    webhooksOf(view, kind).some(
      ({ name, failurePolicy, rules }) =>
        (failurePolicy !== 'Ignore' || scripted.has(name)) &&
        (rules === undefined || rules.some(coversLeases)),
    ),
  )
  return (
    isStrict ||
    policyKinds.some(kind =>
      view.list<ValidatingAdmissionPolicy>(kind).some(({ spec }) => {
        const rules = spec?.matchConstraints?.resourceRules
        return rules === undefined || rules.some(coversLeases)
      }),
    )
  )
}

interface Scripted extends KubeObject {
  readonly spec?: { readonly webhook?: string }
}

/** `leases` or `*`, with or without what stands below; leases have no subresources. */
function coversLeases({ operations, apiGroups, resources }: RuleWithOperations): boolean {
  const has = (items: readonly string[] = [], ...wanted: readonly string[]): boolean =>
    items.some(item => item === '*' || wanted.includes(item))
  return (
    has(operations, 'UPDATE', 'CREATE') &&
    has(apiGroups, 'coordination.k8s.io') &&
    has(resources, 'leases', 'leases/*', '*/*')
  )
}
