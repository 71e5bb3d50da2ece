// Workloads of one recording that are alike but for their names, and the nodes of one zone that
// they name: which of them gets what is a race, so in a comparison they may change places.

import type { TraceCase } from './trace-format.ts'

/** Which workload of the twin stands for a recorded one, by `Kind/name`, and the other way round. */
export interface Exchange {
  readonly recorded: (ours: string) => string
  readonly ours: (recorded: string) => string
}

export const unchanged: Exchange = { recorded: object => object, ours: object => object }

/** Names of workloads by what they are without names. */
function alike(trace: TraceCase): readonly (readonly string[])[] {
  const zone = new Map(
    trace.nodes.map(({ metadata }) => {
      const { name = '', labels } = metadata
      return [name, labels?.['topology.kubernetes.io/zone'] ?? '']
    }),
  )
  const groups = new Map<string, string[]>()
  for (const { do: deed } of trace.actions) {
    const { object } = deed
    if (deed.op !== 'create' || object === undefined) continue
    const { name = '' } = object.metadata
    let shape = JSON.stringify(object).replaceAll(`"${name}"`, '"*"')
    for (const [node, where] of zone) shape = shape.replaceAll(`"${node}"`, `"node in ${where}"`)
    const known = groups.get(shape)
    if (known === undefined) groups.set(shape, [`${object.kind}/${name}`])
    else known.push(`${object.kind}/${name}`)
  }
  return [...groups.values()].filter(names => names.length > 1)
}

/** Larger groups are not exchanged: there would be too many ways. */
const groupMax = 4

/** Every way in which the workloads of one group may stand for each other. */
export function exchangesOf(trace: TraceCase): readonly Exchange[] {
  return alike(trace)
    .filter(names => names.length <= groupMax)
    .flatMap(names => permutations(names).map(others => exchangeOf(names, others)))
}

function permutations(names: readonly string[]): readonly (readonly string[])[] {
  if (names.length <= 1) return [names]
  return names.flatMap(name =>
    permutations(names.filter(each => each !== name)).map(rest => [name, ...rest]),
  )
}

function exchangeOf(names: readonly string[], others: readonly string[]): Exchange {
  const ours = new Map(names.map((name, at) => [name, others[at] as string]))
  const recorded = new Map(names.map((name, at) => [others[at] as string, name]))
  return {
    recorded: object => recorded.get(object) ?? object,
    ours: object => ours.get(object) ?? object,
  }
}
