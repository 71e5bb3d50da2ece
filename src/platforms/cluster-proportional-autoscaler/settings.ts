// What the command line of the cluster-proportional-autoscaler says, with its defaults.
// Upstream: cluster-proportional-autoscaler v1.10.3
// cmd/cluster-proportional-autoscaler/options/options.go, pkg/autoscaler/k8sclient/k8sclient.go.

import type { Container, Pod } from '../../kube/generated/types.ts'
import { goJsonValue } from '../../kube/go-json.ts'
import { readJsonText } from '../../kube/json-text.ts'
import type { Parsed, Selector } from '../../kube/label-selector.ts'
import { parseSelector } from '../../kube/label-selector-text.ts'
import { isObject } from '../../kube/patch/json.ts'
import { flagOf } from '../program.ts'

/** A workload to scale, by its kind in the store. */
export interface ScaleTarget {
  readonly kind: string
  readonly name: string
}

export interface Settings {
  readonly namespace: string
  readonly configMap: string
  readonly targets: readonly ScaleTarget[]
  /** The data of the ConfigMap to make where there is none. */
  readonly defaultParams?: Readonly<Record<string, string>>
  readonly pollMs: number
  /** Which nodes count at all. */
  readonly nodeLabels: Selector
}

const kinds: ReadonlyMap<string, string> = new Map([
  ['deployment', 'Deployment'],
  ['replicaset', 'ReplicaSet'],
  ['replicationcontroller', 'ReplicationController'],
])

/** The settings of a container of a pod, or all that upstream says is wrong with them. */
export function settingsOf(container: Container, pod: Pod): Parsed<Settings> {
  const errors: string[] = []
  const flag = (name: string): string => flagOf(container, name) ?? ''
  const targets = targetsOf(flag('target'), errors)
  const configMap = flag('configmap')
  if (configMap === '') errors.push('--configmap parameter cannot be empty')
  const namespace = flagOf(container, 'namespace') ?? ownNamespace(container, pod)
  if (namespace === '') errors.push('--namespace parameter not set and failed to fallback')
  const seconds = Number(flagOf(container, 'poll-period-seconds') ?? '10')
  if (!Number.isSafeInteger(seconds)) errors.push('--poll-period-seconds is not a whole number')
  else if (seconds < 1) errors.push('--poll-period-seconds cannot be less than 1')
  const nodeLabels = parseSelector(flag('nodelabels'))
  if (!nodeLabels.ok) errors.push(nodeLabels.error)
  const params = defaultParamsOf(flagOf(container, 'default-params'))
  if (!params.ok) errors.push(params.error)
  if (errors.length > 0 || !nodeLabels.ok || !params.ok) {
    return { ok: false, error: errors.join('; ') }
  }
  const { value: defaultParams } = params
  const given = defaultParams === undefined ? {} : { defaultParams }
  const known = { namespace, configMap, targets, nodeLabels: nodeLabels.value }
  return { ok: true, value: { ...known, ...given, pollMs: seconds * 1000 } }
}

/** The variable that its manifests take from the pod. */
function ownNamespace({ env = [] }: Container, { metadata }: Pod): string {
  const own = env.findLast(({ name }) => name === 'MY_POD_NAMESPACE')
  if (own?.valueFrom?.fieldRef?.fieldPath === 'metadata.namespace') return metadata.namespace ?? ''
  return own?.value ?? ''
}

function targetsOf(text: string, errors: string[]): readonly ScaleTarget[] {
  if (text === '') {
    errors.push('--target parameter cannot be empty')
    return []
  }
  const targets: ScaleTarget[] = []
  for (const word of text.toLowerCase().split(',')) {
    const [kind = '', name, ...more] = word.trim().split('/')
    const known = kinds.get(kind)
    if (known === undefined || name === undefined || more.length > 0) {
      errors.push(`target format error: ${text}`)
      return []
    }
    targets.push({ kind: known, name })
  }
  return targets
}

/** Each key with its value as JSON, as the ConfigMap has them. */
function defaultParamsOf(
  text: string | undefined,
): Parsed<Readonly<Record<string, string>> | undefined> {
  if (text === undefined) return { ok: true, value: undefined }
  const { value, error } = readJsonText(text)
  if (error !== undefined) return { ok: false, error: `--default-params: ${error}` }
  const json = value ?? {}
  if (!isObject(json)) return { ok: false, error: '--default-params: it is no object' }
  const data = Object.entries(json).map(([key, each]) => [key, goJsonValue(each)])
  return { ok: true, value: Object.fromEntries(data) as Record<string, string> }
}
