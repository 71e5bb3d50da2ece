// A store of several members that have to agree: how long fewer were left than it needs.

import type { KubeObject } from '../kube/object.ts'
import { below } from './spans.ts'
import type { Check, Observation, Verdict, WorkloadLife } from './verdict.ts'

/** The number of members that must agree, where its user knows better than the list below. */
const annotation = 'seatrial.dev/quorum'

/** Programs whose members vote; a majority of them has to be there. */
const voting: ReadonlySet<string> = new Set([
  'cockroach',
  'consul',
  'etcd',
  'redis-sentinel',
  'vault',
  'zookeeper',
])

interface Container {
  readonly image?: string
  readonly command?: readonly string[]
  readonly args?: readonly string[]
}

type Store = KubeObject & {
  readonly spec?: {
    readonly template?: { readonly spec?: { readonly containers?: readonly Container[] } }
  }
}

/** How many members of a StatefulSet must agree, or undefined when they need not. */
export function quorumOf(object: KubeObject, wanted: number): number | undefined {
  if (object.kind !== 'StatefulSet') return undefined
  const declared = Number(object.metadata.annotations?.[annotation])
  if (Number.isInteger(declared) && declared > 0) return declared
  const containers = (object as Store).spec?.template?.spec?.containers ?? []
  return wanted > 1 && containers.some(votes) ? Math.trunc(wanted / 2) + 1 : undefined
}

// The program is the first word of the command line that names one, else the image.
function votes({ image = '', command = [], args = [] }: Container): boolean {
  const words = [...command, ...args].flatMap(word => word.split(/\s+/)).map(lastPart)
  return voting.has(lastPart(image).replace(/[:@].*$/, '')) || words.some(word => voting.has(word))
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function lostOf(workload: WorkloadLife, { startMs, endMs }: Observation): readonly Verdict[] {
  const { steps, wanted, ref: object } = workload
  const quorum = quorumOf(workload.object, wanted)
  const had = quorum === undefined ? undefined : steps.find(step => step.serving >= quorum)
  // A store that never came together is Pending or stuck, and that is said of it.
  if (quorum === undefined || had === undefined) return []
  const window = { fromMs: Math.max(startMs, had.atMs), toMs: endMs }
  const spans = below(steps, quorum, window)
  const first = spans[0]
  if (first === undefined) return []
  const lengths = spans.map(({ fromMs, toMs }) => Math.min(toMs, endMs) - fromMs)
  const seconds = lengths.reduce((sum, length) => sum + length, 0) / 1000
  const n = Math.min(...spans.map(({ least }) => least))
  const open = spans.at(-1)?.toMs === Infinity
  const message = `${n} of ${wanted} members are left, ${quorum} are needed`
  const verdict = { verdict: 'quorum-lost' as const, object, atMs: first.fromMs, n, of: wanted }
  return [{ ...verdict, seconds, message, ...(open && { open }) }]
}

export const quorumLost = {
  name: 'quorum-lost',
  doc: 'A store whose members vote has fewer of them than it needs.',
  verdicts: ['quorum-lost'],
  judge: (observation, life) => life.workloads.flatMap(each => lostOf(each, observation)),
} satisfies Check
