// What can hinder pods on a node: images that cannot be pulled, containers that start slowly or use
// more than the machine has.
// Upstream: pkg/kubelet/images/image_manager.go (when an image is pulled at all), v1.36.3.

import type { Container, Pod } from '../kube/generated/types.ts'
import type { KubeletModel } from './model.ts'

/** Without `node` it holds on every node, without `image` for every image. */
export type Disturbance =
  | { readonly type: 'pull-fails'; readonly node?: string; readonly image?: string }
  | {
      readonly type: 'slow-start'
      readonly node?: string
      readonly image?: string
      /** So much later a container passes its startup probe and is ready. */
      readonly byMs: number
    }
  /** Every container uses so much cpu; a node that has less of it than its pods use panics. */
  | { readonly type: 'overload'; readonly image?: string; readonly cpu: string }

/** Whether two disturbances are one: a second order of the same kind replaces the first. */
export function sameDisturbance(a: Disturbance, b: Disturbance): boolean {
  return a.type === b.type && nodeOf(a) === nodeOf(b) && a.image === b.image
}

function nodeOf(disturbance: Disturbance): string | undefined {
  return 'node' in disturbance ? disturbance.node : undefined
}

/** The model with everything that hinders; `podsOn` lists the pods of a node. */
export function disturbedModel(
  model: KubeletModel,
  disturbances: readonly Disturbance[],
  podsOn: (node: string) => readonly Pod[],
): KubeletModel {
  const delayMs = (pod: Pod, container: Container): number =>
    disturbances.reduce((sum, disturbance) => {
      const slows = disturbance.type === 'slow-start' && strikes(disturbance, pod, container)
      return slows ? sum + disturbance.byMs : sum
    }, 0)
  return {
    ...model,
    startedMs: (pod, container) => model.startedMs(pod, container) + delayMs(pod, container),
    readyMs: (pod, container) => {
      const readyMs = model.readyMs(pod, container)
      return readyMs === undefined ? undefined : readyMs + delayMs(pod, container)
    },
    pullFails: (pod, container) =>
      model.pullFails(pod, container) ||
      disturbances.some(
        disturbance =>
          disturbance.type === 'pull-fails' &&
          strikes(disturbance, pod, container) &&
          isPulled(pod, container, podsOn),
      ),
  }
}

function strikes(disturbance: Disturbance, pod: Pod, { image }: Container): boolean {
  const node = nodeOf(disturbance)
  if (node !== undefined && pod.spec?.nodeName !== node) return false
  return disturbance.image === undefined || disturbance.image === image
}

/** An image that a pod of the same node runs already is there; other images have to come. */
function isPulled(
  pod: Pod,
  { image, imagePullPolicy }: Container,
  podsOn: (node: string) => readonly Pod[],
): boolean {
  if (imagePullPolicy === 'Never') return false
  if (imagePullPolicy === 'Always') return true
  return !podsOn(pod.spec?.nodeName ?? '').some(other => runsImage(other, image))
}

function runsImage({ spec, status }: Pod, image: string | undefined): boolean {
  const started = new Set(
    (status?.containerStatuses ?? [])
      .filter(({ state }) => state?.running !== undefined)
      .map(({ name }) => name),
  )
  return (spec?.containers ?? []).some(each => each.image === image && started.has(each.name))
}
