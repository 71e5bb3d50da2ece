import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Store } from '../engine/store.ts'
import { View } from '../engine/view.ts'
import { containsLabels, type Labels } from '../kube/label-selector.ts'
import { keyFrom, keyOf, type KubeObject } from '../kube/object.ts'
import { indexes } from './indexes.ts'
import { listerOf } from './lister.ts'

interface Write {
  readonly kind: 'Pod' | 'Service' | 'PodDisruptionBudget'
  readonly namespace: string
  readonly name: string
  /** Undefined: the object is deleted. */
  readonly labels: Labels | undefined
}

const labels = fc.dictionary(fc.constantFrom('app', 'tier'), fc.constantFrom('a', 'b', 'c'))
const namespace = fc.constantFrom('n', 'n-2')
const write: fc.Arbitrary<Write> = fc.record({
  kind: fc.constantFrom('Pod' as const, 'Service' as const, 'PodDisruptionBudget' as const),
  namespace,
  name: fc.constantFrom('x', 'y', 'z', 'x-1'),
  labels: fc.option(labels, { nil: undefined }),
})

function objectOf({ kind, namespace: where, name, labels: pairs }: Write): KubeObject | undefined {
  if (pairs === undefined) return undefined
  const metadata = { namespace: where, name, ...(kind === 'Pod' && { labels: pairs }) }
  const selector = kind === 'Service' ? pairs : { matchLabels: pairs }
  return { apiVersion: 'v1', kind, metadata, ...(kind !== 'Pod' && { spec: { selector } }) }
}

function apply(store: Store, writes: readonly Write[]): void {
  for (const one of writes) {
    const { kind } = one
    const key = keyFrom(one.namespace, one.name)
    const [before, after] = [store.get(kind, key), objectOf(one)]
    if (before === undefined && after === undefined) continue
    const revision = store.revision + 1
    store.write({ revision, atMs: 0, kind, key, before, after, writer: 'test' })
  }
}

function keysOf(objects: readonly KubeObject[]): readonly string[] {
  return objects.map(({ metadata }) => keyOf(metadata))
}

/** Reads of a component that has seen everything, or everything but the changes since `seen`. */
function viewOf(store: Store, seen: readonly number[] | undefined): View {
  const watches = new Map([
    ['Pod', 0],
    ['Service', 1],
    ['PodDisruptionBudget', 2],
  ])
  const pending = [...watches].flatMap(([kind, position]) =>
    seen !== undefined && (seen[position] as number) < store.logLength(kind) ? [position] : [],
  )
  return new View(store, watches, { cursors: [...(seen ?? [0, 0, 0])], pending })
}

const given = fc.record({
  first: fc.array(write, { maxLength: 12 }),
  then: fc.array(write, { maxLength: 6 }),
  lags: fc.boolean(),
  namespace,
  labels,
})

describe('reads by label', () => {
  it('find what a look at every object finds, in the same order, also on a stale cache', () => {
    const check = ({ first, then, lags, namespace: where, labels: pairs }: Scenario): void => {
      const parent = new Store(indexes)
      apply(parent, first)
      // Lists that were asked for are kept up to date, in the fork as in the parent.
      listerOf(viewOf(parent, undefined)).labelled('Pod', where, pairs)
      const store = parent.fork()
      const kinds = ['Pod', 'Service', 'PodDisruptionBudget']
      const seen = kinds.map(kind => store.logLength(kind))
      apply(store, then)
      const view = viewOf(store, lags ? seen : undefined)
      const lister = listerOf(view)
      const pods = view
        .list('Pod', where)
        .filter(({ metadata }) => containsLabels(metadata.labels, pairs))
      expect(keysOf(lister.labelled('Pod', where, pairs))).toEqual(keysOf(pods))
      for (const kind of ['Service', 'PodDisruptionBudget'] as const) {
        const found = lister.maySelect(kind, where, pairs)
        const selects = (object: KubeObject): boolean => {
          const { selector } = object['spec'] as { selector: Labels & { matchLabels?: Labels } }
          return containsLabels(pairs, kind === 'Service' ? selector : (selector.matchLabels ?? {}))
        }
        expect(keysOf(found.filter(selects))).toEqual(
          keysOf(view.list(kind, where).filter(selects)),
        )
      }
    }
    fc.assert(fc.property(given, check), { numRuns: 300, seed: 1 })
  })
})

interface Scenario {
  readonly first: readonly Write[]
  readonly then: readonly Write[]
  readonly lags: boolean
  readonly namespace: string
  readonly labels: Labels
}
