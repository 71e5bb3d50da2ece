// LimitRanger fills in and bounds the amounts of containers, pods and claims.
// Upstream: plugin/pkg/admission/limitranger/admission.go, v1.36.3.

import {
  type AdmissionContext,
  type AdmissionPlugin,
  type AdmissionRequest,
  denied,
  type ObjectRequest,
} from '../apiserver/admission.ts'
import { sortedStrings } from '../base/compare.ts'
import type {
  Container,
  LimitRange,
  LimitRangeItem,
  PersistentVolumeClaim,
  Pod,
  Quantity,
} from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'
import type { ApiStatus } from '../kube/status.ts'
import { limitErrors } from './limit-errors.ts'
import { podAmounts } from '../apiserver/quota/pod-amounts.ts'
import { quantityOf } from '../kube/quantity.ts'

type Amounts = Readonly<Record<string, Quantity>>

const annotation = 'kubernetes.io/limit-ranger'

function rangesOf(context: AdmissionContext, namespace: string): readonly LimitRange[] {
  return context.list('LimitRange', namespace) as readonly LimitRange[]
}

function admitPod(request: ObjectRequest, context: AdmissionContext): KubeObject | ApiStatus {
  if (request.resource.key !== 'Pod' || request.operation !== 'create') return request.object
  let pod = request.object as Pod
  for (const range of rangesOf(context, request.namespace)) pod = withDefaults(pod, range)
  return pod
}

/** Containers that leave an amount open get the default, and the pod says which. */
function withDefaults(pod: Pod, range: LimitRange): Pod {
  const items = (range.spec?.limits ?? []).filter(item => item.type === 'Container')
  if (items.length === 0 || pod.spec === undefined) return pod
  const limits: Amounts = Object.assign({}, ...items.map(item => item.default))
  const requests: Amounts = Object.assign({}, ...items.map(item => item.defaultRequest))
  const notes: string[] = []
  const containers = (pod.spec.containers ?? []).map(each =>
    completed(each, { limits, requests, notes, noun: 'container' }),
  )
  const initContainers = pod.spec.initContainers?.map(each =>
    completed(each, { limits, requests, notes, noun: 'init container' }),
  )
  if (notes.length === 0) return pod
  const annotations = {
    ...pod.metadata.annotations,
    [annotation]: `LimitRanger plugin set: ${notes.join('; ')}`,
  }
  return {
    ...pod,
    metadata: { ...pod.metadata, annotations },
    spec: { ...pod.spec, containers, ...(initContainers !== undefined && { initContainers }) },
  }
}

interface Defaults {
  readonly limits: Amounts
  readonly requests: Amounts
  readonly notes: string[]
  readonly noun: string
}

function completed(container: Container, { limits, requests, notes, noun }: Defaults): Container {
  const own = container.resources ?? {}
  const missingRequests = missing(own.requests, requests)
  const missingLimits = missing(own.limits, limits)
  const subject = `for ${noun} ${container.name}`
  if (missingRequests.length > 0) notes.push(`${missingRequests.join(', ')} request ${subject}`)
  if (missingLimits.length > 0) notes.push(`${missingLimits.join(', ')} limit ${subject}`)
  if (missingRequests.length + missingLimits.length === 0) return container
  const resources = {
    ...own,
    ...(missingLimits.length > 0 && { limits: { ...limits, ...own.limits } }),
    ...(missingRequests.length > 0 && { requests: { ...requests, ...own.requests } }),
  }
  return { ...container, resources }
}

function missing(own: Amounts = {}, defaults: Amounts): readonly string[] {
  return sortedStrings(Object.keys(defaults).filter(name => !(name in own)))
}

function validateAmounts(
  request: AdmissionRequest,
  context: AdmissionContext,
): ApiStatus | undefined {
  const { resource, operation, object, old, namespace } = request
  if (object === undefined || old?.metadata.deletionTimestamp !== undefined) return undefined
  if (resource.key === 'Pod' && operation === 'update') return undefined
  for (const range of rangesOf(context, namespace)) {
    const errors = (range.spec?.limits ?? []).flatMap(item =>
      resource.key === 'Pod' ? podErrors(item, object as Pod) : claimErrors(item, object),
    )
    const distinct = [...new Set(errors)]
    if (distinct.length === 1) return denied(request, distinct[0] as string)
    if (distinct.length > 1) return denied(request, `[${distinct.join(', ')}]`)
  }
  return undefined
}

function podErrors(item: LimitRangeItem, { spec }: Pod): readonly string[] {
  if (spec === undefined) return []
  if (item.type === 'Container') {
    return [...(spec.containers ?? []), ...(spec.initContainers ?? [])].flatMap(({ resources }) =>
      limitErrors(item, {
        requests: parsed(resources?.requests),
        limits: parsed(resources?.limits),
      }),
    )
  }
  if (item.type !== 'Pod') return []
  return limitErrors(item, {
    requests: podAmounts(spec, 'requests'),
    limits: podAmounts(spec, 'limits'),
  })
}

function claimErrors(item: LimitRangeItem, object: KubeObject): readonly string[] {
  if (item.type !== 'PersistentVolumeClaim') return []
  const requests = (object as PersistentVolumeClaim).spec?.resources?.requests
  return limitErrors(item, { requests: parsed(requests), limits: undefined })
}

function parsed(amounts: Amounts = {}): ReturnType<typeof podAmounts> {
  return new Map(Object.entries(amounts).map(([name, amount]) => [name, quantityOf(amount)]))
}

export const limitRanger = {
  name: 'LimitRanger',
  doc: 'Applies the defaults and bounds of the LimitRanges of the namespace.',
  kinds: ['Pod', 'PersistentVolumeClaim'],
  operations: ['create', 'update'],
  admit: admitPod,
  validate: validateAmounts,
} satisfies AdmissionPlugin
