// `explain pod NAME`: where a pod may go once everything is installed, and why not elsewhere.

import type { PodPlacement } from '../explain/placement/report.ts'
import { placementText } from '../reports/placement.ts'
import { problemText } from '../reports/problem.ts'
import { reportProblem } from '../explain/problems.ts'
import type { Call } from './commands/framework.ts'
import { exits } from './exit.ts'
import { contextFor, documentText } from './output.ts'
import { prepare } from './prepare.ts'
import type { Product } from './product.ts'
import type { Settings } from './settings.ts'

/** Pods that `explain` tells of in full; the others of the same name are only counted. */
const toldMax = 1

/** The pod that words name: `pod web-1`, `po/shop/web`; undefined when they name none. */
export function podNamed(
  words: readonly string[],
): { readonly name: string; readonly namespace?: string } | undefined {
  const [first = '', second] = words
  const parts = first.includes('/') ? first.split('/') : [first, ...(second?.split('/') ?? [])]
  const [kind = '', ...rest] = parts
  // A word more is the path of a field, which is another question.
  if (words.length > (first.includes('/') ? 1 : 2)) return undefined
  if (!['pod', 'pods', 'po'].includes(kind.toLowerCase())) return undefined
  const name = rest.at(-1)
  if (name === undefined || name === '' || rest.length > 2) return undefined
  return rest.length === 2 ? { name, namespace: rest[0] ?? '' } : { name }
}

/** Installs the platform and tells of the pod; the exit status. */
export function explainPod(
  named: NonNullable<ReturnType<typeof podNamed>>,
  settings: Settings,
  { io, product }: { readonly io: Call['io']; readonly product: Product },
): number {
  const prepared = prepare(settings)
  const errors = prepared.loaded.problems.filter(({ severity }) => severity === 'error')
  const context = contextFor(settings, io, 'err')
  io.err(errors.map(problem => problemText(reportProblem(problem), context)).join(''))
  if (prepared.loaded.objects.length === 0 || prepared.loaded.isRefused === true) return exits.usage
  const { kubernetes, schedule } = settings
  const namespace = named.namespace ?? settings.namespace
  const placements = product.explainPod(prepared.loaded, {
    name: named.name,
    schedule,
    ...(namespace !== undefined && { namespace }),
    ...(kubernetes !== undefined && { kubernetes }),
  })
  if (placements.length === 0) {
    io.err(`seatrial: once installed there is no pod ${named.name}, nor one that begins so\n`)
    return exits.usage
  }
  const document = documentText({ items: placements }, settings)
  io.out(document ?? textOf(placements))
  return exits.holds
}

function textOf(placements: readonly PodPlacement[]): string {
  const told = placements.slice(0, toldMax).map(placementText)
  const others = placements.slice(toldMax).map(({ name }) => name)
  const rest = others.length === 0 ? [] : [`the same can be asked of ${others.join(', ')}\n`]
  return [...told, ...rest].join('\n')
}
