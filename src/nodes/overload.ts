// A node whose pods use more cpu than the machine has. Nothing of this is in the API: pods may use
// what they do not request, and the scheduler goes by requests.

import type { Container, Node, Pod } from '../kube/generated/types.ts'
import { milliValueOf } from '../kube/quantity-math.ts'
import { quantityOf } from '../kube/quantity.ts'
import { podRequests } from '../kube/resources.ts'
import type { Context } from './context.ts'
import type { Disturbance } from './disturbances.ts'
import type { Charge } from './kubelet-state.ts'

type Overload = Extract<Disturbance, { readonly type: 'overload' }>

/** Whether what runs on a node uses more cpu than the machine has, where a load is told at all. */
export function isOverloaded({ turn, state }: Context, name: string): boolean {
  const overloads = state.disturbances.filter(each => each.type === 'overload')
  if (overloads.length === 0 || !state.isConnected(name)) return false
  const node = turn.view.get<Node>('Node', name)
  const capacity = node?.status?.capacity?.['cpu']
  if (capacity === undefined) return false
  let used = 0
  for (const charge of state.charges.values()) {
    if (charge.node !== name || charge.finished === true) continue
    const pod = turn.view.get<Pod>('Pod', charge.key)
    if (pod !== undefined) used += usageMilli(pod, charge, overloads)
  }
  return used > milliValueOf(quantityOf(capacity))
}

/** Cpu that a pod uses, in thousandths: as much as the load says, or else what it requests. */
function usageMilli(pod: Pod, { run }: Charge, overloads: readonly Overload[]): number {
  const running = new Set(
    run.containers.flatMap(each => (each.state === 'running' ? each.name : [])),
  )
  const containers = (pod.spec?.containers ?? []).filter(({ name }) => running.has(name))
  const told = containers.flatMap(container => loadOf(container, overloads) ?? [])
  if (told.length > 0) return told.reduce((sum, { cpu }) => sum + milliValueOf(quantityOf(cpu)), 0)
  const request = podRequests(pod).get('cpu')
  return containers.length === 0 || request === undefined ? 0 : milliValueOf(request)
}

function loadOf({ image }: Container, overloads: readonly Overload[]): Overload | undefined {
  return overloads.find(each => each.image === undefined || each.image === image)
}
