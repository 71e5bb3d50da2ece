// Flags of the control plane among the arguments of k3s: how long the loss of a node takes.
// Upstream: k3s docs, cli/server (--kube-apiserver-arg, --kube-controller-manager-arg).

import { parseDuration } from '../../kube/duration.ts'
import type { TimerSpec } from '../../trials/spec.ts'
import { valuesOf } from './arguments.ts'
import type { Member } from './nodes.ts'

/** Flags that servers hand to the API server and the controller manager. */
export function timersOf(members: readonly Member[]): { readonly timers?: TimerSpec } {
  const given = members.find(({ role }) => role === 'server')?.arguments ?? []
  const flag = (argument: string, name: string): string | undefined =>
    valuesOf(given, argument)
      .find(text => text.startsWith(`${name}=`))
      ?.slice(name.length + 1)
  const seconds = (name: string): number | undefined => {
    const text = flag('kube-apiserver-arg', `default-${name}-toleration-seconds`)
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
  }
  const notReady = seconds('not-ready')
  const unreachable = seconds('unreachable')
  const manager = ['kube-controller-manager-arg', 'kube-controller-arg']
  const grace = manager.map(name => parseDuration(flag(name, 'node-monitor-grace-period') ?? ''))
  const graceMs = grace.find(ms => ms !== undefined && ms > 0)
  const timers: TimerSpec = {
    ...(graceMs !== undefined && { nodeMonitorGraceMs: graceMs }),
    ...(notReady !== undefined && { notReadyTolerationSeconds: notReady }),
    ...(unreachable !== undefined && { unreachableTolerationSeconds: unreachable }),
  }
  return Object.keys(timers).length === 0 ? {} : { timers }
}
