// A store of several members that have to agree: how long fewer were left than it needs.

import type { KubeObject } from '../kube/object.ts'
import { type Evidence, type QuorumRule, quorumRules } from './quorum-rules.ts'
import { below } from './spans.ts'
import type { Check, Observation, Verdict, WorkloadLife } from './verdict.ts'

/** The number of members that must agree, where its user knows better than quorum-rules.ts. */
const annotation = 'seatrial.dev/quorum'

interface Container {
  readonly image?: string
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  readonly env?: readonly { readonly name?: string; readonly value?: string }[]
}

type Store = KubeObject & {
  readonly spec?: {
    readonly template?: { readonly spec?: { readonly containers?: readonly Container[] } }
  }
}

/** How many members must agree, or undefined when they need not; what the annotation says wins. */
export function quorumOf(object: KubeObject, wanted: number): number | undefined {
  const declared = Number(object.metadata.annotations?.[annotation])
  if (Number.isInteger(declared) && declared > 0) return declared
  const rule = wanted > 1 ? storeOf(object) : undefined
  if (rule === undefined || wanted < (rule.membersMin ?? 2)) return undefined
  return Math.trunc(wanted / 2) + 1
}

/** The rule by which a StatefulSet is recognised as a store whose members vote. */
export function storeOf(object: KubeObject): QuorumRule | undefined {
  if (object.kind !== 'StatefulSet') return undefined
  const containers = (object as Store).spec?.template?.spec?.containers ?? []
  const members = containers.map(memberOf)
  return quorumRules.find(rule => members.some(member => votes(member, rule)))
}

/** A container as the rules look at it: the name of its image, the words of its command line. */
interface Member {
  readonly image: string
  readonly words: readonly string[]
  readonly env: NonNullable<Container['env']>
}

function memberOf({ image = '', command = [], args = [], env = [] }: Container): Member {
  const words = [...command, ...args].flatMap(word => word.split(/\s+/)).map(lastPart)
  return { image: lastPart(image).replace(/[:@].*$/, ''), words, env }
}

// The program is the first word of the command line that names one, else the image.
function votes(member: Member, { images, programs, evidence }: QuorumRule): boolean {
  const { image, words } = member
  const isIt = images.includes(image) || words.some(word => programs.includes(word))
  return isIt && (evidence === undefined || evidence.some(each => shows(member, each)))
}

function shows({ env, words }: Member, evidence: Evidence): boolean {
  if ('word' in evidence) {
    return words.some(word => word === evidence.word || word.startsWith(`${evidence.word}=`))
  }
  const { env: name, contains = '' } = evidence
  return env.some(each => each.name === name && (each.value ?? '').includes(contains))
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
