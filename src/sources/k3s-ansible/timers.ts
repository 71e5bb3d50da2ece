// Flags of the control plane among the arguments of k3s: how long the loss of a node takes, and
// feature gates.
// Upstream: k3s docs, cli/server (--kube-apiserver-arg, --kube-controller-manager-arg).

import { parseDuration } from '../../kube/duration.ts'
import { featureGates, type GateSettings } from '../../kube/feature-gates.ts'
import type { TimerSpec } from '../../trials/spec.ts'
import { type Given, valuesOf } from './arguments.ts'
import type { Member } from './nodes.ts'

/** Flags that servers hand to the API server and the controller manager. */
export function timersOf(members: readonly Member[]): { readonly timers?: TimerSpec } {
  return timersIn(serverArguments(members))
}

function serverArguments(members: readonly Member[]): Given {
  return members.find(({ role }) => role === 'server')?.arguments ?? []
}

function timersIn(given: Given): { readonly timers?: TimerSpec } {
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

const gateArguments = [
  'kube-apiserver-arg',
  'kube-controller-manager-arg',
  'kube-controller-arg',
  'kube-scheduler-arg',
]

/** `feature-gates=A=true,B=false` of any component, of gates that the twin knows. */
export function gateSettingsOf(members: readonly Member[]): {
  readonly featureGates?: GateSettings
} {
  return gatesIn(serverArguments(members))
}

function gatesIn(given: Given): { readonly featureGates?: GateSettings } {
  // A list of values is parted at commas, and so are the gates of one of them.
  const pairs = gateArguments
    .flatMap(argument => valuesOf(given, argument))
    .flatMap(text => text.replace(/^feature-gates=/, '').split(','))
    .map(pair => pair.split('='))
    .filter(([name = '']) => (featureGates as readonly string[]).includes(name))
    .map(([name, value]) => [name, value?.toLowerCase() === 'true'] as const)
  return pairs.length === 0 ? {} : { featureGates: Object.fromEntries(pairs) }
}

/** Whether a flag that is handed on is a timer or a gate that counts. */
export function isTaken(name: string, value: string): boolean {
  const given = [{ name, value }]
  return Object.keys({ ...timersIn(given), ...gatesIn(given) }).length > 0
}
