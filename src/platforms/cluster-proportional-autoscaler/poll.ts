// One poll: the ConfigMap is read or made, the cluster counted, the targets are scaled.
// Upstream: cluster-proportional-autoscaler v1.10.3 pkg/autoscaler/autoscaler_server.go and
// pkg/autoscaler/k8sclient/k8sclient.go.

import type { ApiRequest, ApiResponse, Target } from '../../apiserver/request.ts'
import type { Turn } from '../../engine/actor.ts'
import type { ConfigMap, Node } from '../../kube/generated/types.ts'
import { keyFrom, type KubeObject } from '../../kube/object.ts'
import { clusterSize } from './cluster-size.ts'
import { patternOf } from './pattern.ts'
import type { Settings } from './settings.ts'

export interface PollFailure {
  readonly message: string
  /** The object whose content is wrong: only its change can help. */
  readonly about?: { readonly kind: string; readonly key: string }
  /** The API server did not answer: the next poll may do. */
  readonly isPassing: boolean
}

type Refusal = ApiResponse & { readonly ok: false }

/** Polls once; what it could not do. */
export function poll(turn: Turn, settings: Settings): PollFailure | undefined {
  const { namespace, configMap, nodeLabels, targets } = settings
  const map = configOf(turn, settings)
  if (!map.ok) return failed(map)
  const pattern = patternOf((map.object as ConfigMap).data ?? {})
  if (!pattern.ok) {
    const about = { kind: 'ConfigMap', key: keyFrom(namespace, configMap) }
    return { message: pattern.error, about, isPassing: false }
  }
  const { includesUnschedulable, replicas } = pattern.value
  const nodes = turn.view.list('Node') as readonly (Node & KubeObject)[]
  const wanted = replicas(clusterSize(nodes, { nodeLabels, includesUnschedulable }))
  // Targets after one that fails wait for the next poll.
  for (const { kind, name } of targets) {
    const answer = scaled(turn, { kind, namespace, name }, wanted)
    if (!answer.ok) return failed(answer)
  }
  return undefined
}

function failed({ code, status }: Refusal): PollFailure {
  return { message: status.message ?? '', isPassing: code >= 500 }
}

/** The ConfigMap, made from the default parameters where it cannot be read. */
function configOf(
  turn: Turn,
  { namespace, configMap: name, defaultParams }: Settings,
): ApiResponse {
  const found = ask(turn, { verb: 'get', target: { kind: 'ConfigMap', namespace, name } })
  if (found.ok || defaultParams === undefined) return found
  const metadata = { name, namespace }
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: defaultParams }
  return ask(turn, { verb: 'create', object })
}

function scaled(turn: Turn, target: Target, replicas: number): ApiResponse {
  const found = ask(turn, { verb: 'get', target, subresource: 'scale' })
  if (!found.ok) return found
  const { spec } = found.object as { readonly spec?: { readonly replicas?: number } }
  if ((spec?.replicas ?? 0) === replicas) return found
  return ask(turn, { verb: 'scale', target, replicas })
}

function ask(turn: Turn, request: ApiRequest): ApiResponse {
  return turn.submit(request) as ApiResponse
}
