// Lease renewals as a function of time: a Lease object is written only when connectivity changes.
// Upstream: pkg/kubelet/kubelet.go (node lease, renewed every 10 s), v1.36.3.

import type { KubeObject } from './object.ts'

/** When a kubelet renews its lease: every `everyMs` from `fromMs` on, and never at or after `untilMs`. */
export interface NodeHeartbeat {
  readonly fromMs: number
  readonly everyMs: number
  /** The kubelet is silent from this moment on. */
  readonly untilMs?: number
  /** Only the kubelet is silent: containers run on and are reached. */
  readonly podsServe?: true
}

export const leaseNamespace = 'kube-node-lease'
export const renewEveryMsDefault = 10_000

const fromKey = 'seatrial.dev/renew-from-ms'
const everyKey = 'seatrial.dev/renew-every-ms'
const untilKey = 'seatrial.dev/renew-until-ms'
const podsServeKey = 'seatrial.dev/pods-serve'

/** What a Lease says of a silence, taken back: for the patch that ends one. */
export const noSilence: Readonly<Record<string, null>> = { [untilKey]: null, [podsServeKey]: null }

/** The last renewal at or before `nowMs`; undefined before the first. */
export function lastRenewalMs(heartbeat: NodeHeartbeat, nowMs: number): number | undefined {
  const { fromMs, everyMs, untilMs } = heartbeat
  const endMs = untilMs === undefined ? nowMs : Math.min(nowMs, untilMs - 1)
  return endMs < fromMs ? undefined : endMs - ((endMs - fromMs) % everyMs)
}

/** What a Lease says about its node; undefined when the Lease is not one of ours. */
export function heartbeatOf(lease: KubeObject): NodeHeartbeat | undefined {
  const annotations = lease.metadata.annotations ?? {}
  const fromMs = Number(annotations[fromKey])
  const everyMs = Number(annotations[everyKey])
  if (!Number.isFinite(fromMs) || !Number.isFinite(everyMs) || everyMs <= 0) return undefined
  const until = annotations[untilKey]
  if (until === undefined) return { fromMs, everyMs }
  const silent = { fromMs, everyMs, untilMs: Number(until) }
  return annotations[podsServeKey] === undefined ? silent : { ...silent, podsServe: true }
}

/** The Lease of a node with this heartbeat. */
export function leaseFor(
  node: { readonly name: string; readonly uid?: string },
  heartbeat: NodeHeartbeat,
): KubeObject {
  const { fromMs, everyMs, untilMs, podsServe } = heartbeat
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: node.name,
      namespace: leaseNamespace,
      annotations: {
        [fromKey]: String(fromMs),
        [everyKey]: String(everyMs),
        ...(untilMs !== undefined && { [untilKey]: String(untilMs) }),
        ...(podsServe === true && { [podsServeKey]: 'true' }),
      },
      ...(node.uid !== undefined && {
        ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: node.name, uid: node.uid }],
      }),
    },
    spec: { holderIdentity: node.name, leaseDurationSeconds: 40 },
  }
}
