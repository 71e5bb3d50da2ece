// What a ConfigMap says of the pattern by which replicas follow a cluster.
// Upstream: cluster-proportional-autoscaler v1.10.3 pkg/autoscaler/controller/plugin/plugin.go.

import type { Parsed } from '../../kube/label-selector.ts'
import { goText } from '../../kube/patch/json.ts'
import { ladderReplicas, ladderSettings } from './ladder.ts'
import { type ClusterSize, linearReplicas, linearSettings } from './linear.ts'

export interface Pattern {
  /** Nodes that are closed or not ready count, too. */
  readonly includesUnschedulable: boolean
  readonly replicas: (size: ClusterSize) => number
}

type Read<T> = (text: string) => Parsed<T>

function reader<T extends { readonly includeUnschedulableNodes: boolean }>(
  name: string,
  read: Read<T>,
  replicas: (settings: T, size: ClusterSize) => number,
): readonly [string, Read<Pattern>] {
  return [
    name,
    text => {
      const parsed = read(text)
      const what = `Error syncing configMap with controller: error parsing ${name} params`
      if (!parsed.ok) return { ok: false, error: `${what}: ${parsed.error}` }
      const { value: settings } = parsed
      const includesUnschedulable = settings.includeUnschedulableNodes
      const value: Pattern = {
        includesUnschedulable,
        replicas: size => replicas(settings, size),
      }
      return { ok: true, value }
    },
  ]
}

const patterns: ReadonlyMap<string, Read<Pattern>> = new Map([
  reader('ladder', ladderSettings, ladderReplicas),
  reader('linear', linearSettings, linearReplicas),
])

/** The one pattern that the data of a ConfigMap names, or why upstream does not take it. */
export function patternOf(data: Readonly<Record<string, string>>): Parsed<Pattern> {
  const [entry, ...others] = Object.entries(data)
  if (entry === undefined || others.length > 0) {
    const what = 'invalid configMap format, expected only one entry'
    return { ok: false, error: `${what}, got: ${goText(data)}` }
  }
  const [mode, text] = entry
  const read = patterns.get(mode)
  return read === undefined
    ? { ok: false, error: `not a supported control mode: ${mode}` }
    : read(text)
}
