// Disruption controller: keeps the status of PodDisruptionBudgets, on which evictions depend.
// Upstream: pkg/controller/disruption/disruption.go, v1.36.3. Its events name controllermanager.

import type { Pod, PodCondition, PodDisruptionBudget } from '../../kube/generated/types.ts'
import { selectorMatcher, selectorOf, selectorText } from '../../kube/label-selector.ts'
import { keyOf, splitKey } from '../../kube/object.ts'
import { formatTime, parseTime } from '../../kube/time.ts'
import { sameValue } from '../equality.ts'
import { errorText, isConflict } from '../failures.ts'
import {
  type Api,
  type Controller,
  done,
  type Lister,
  type ObjectChange,
  type Part,
  type ReconcileResult,
  type WatchContext,
} from '../framework.ts'
import { expectedPods } from './expected.ts'
import { countHealthy, disruptedPods, failSafe, withCounts } from './status.ts'

/** A DisruptionTarget condition of a pod that is not deleted is cleared after this time. */
const staleDisruptionMs = 2 * 60 * 1000

const stalePrefix = 'stale:'
const multiplePrefix = 'multiple:'

export const disruption = {
  name: 'disruption-controller',
  doc: 'Computes how many pods each PodDisruptionBudget lets evictions take.',
  watches: [
    { kind: 'PodDisruptionBudget', keys: change => [change.key] },
    { kind: 'Pod', keys: onPodChange },
    { kind: 'ReplicaSet', keys: () => [] },
    { kind: 'Deployment', keys: () => [] },
    { kind: 'StatefulSet', keys: () => [] },
    { kind: 'ReplicationController', keys: () => [] },
  ],
  *reconcile(key, api) {
    if (key.startsWith(stalePrefix)) return yield* clearStale(api, key.slice(stalePrefix.length))
    if (key.startsWith(multiplePrefix)) {
      return yield* tellMultiple(api, key.slice(multiplePrefix.length))
    }
    const budget = yield* api.get<PodDisruptionBudget>('PodDisruptionBudget', key)
    return budget === undefined ? done : yield* syncBudget(api, budget)
  },
} satisfies Controller

function onPodChange(change: ObjectChange, context: WatchContext): readonly string[] {
  const pod = (change.after ?? change.before) as Pod
  const budgets = budgetsOf(context.lister, pod)
  const [first] = budgets
  const staleAfter = change.after === undefined ? undefined : staleAfterMs(pod, context.nowMs)
  if (staleAfter !== undefined) context.enqueueAfter(stalePrefix + change.key, staleAfter)
  if (first === undefined) return []
  const key = keyOf(first.metadata)
  return budgets.length > 1 ? [multiplePrefix + change.key, key] : [key]
}

/** Every budget that selects a pod; with several, the first is the one that is kept up to date. */
function budgetsOf(lister: Lister, pod: Pod): readonly PodDisruptionBudget[] {
  const { namespace = '', labels = {} } = pod.metadata
  return lister
    .maySelect<PodDisruptionBudget>('PodDisruptionBudget', namespace, labels)
    .filter(({ spec }) => selectorMatcher(spec?.selector)(labels))
}

function* tellMultiple(api: Api, podKey: string): Part<ReconcileResult> {
  const pod = yield* api.get<Pod>('Pod', podKey)
  if (pod === undefined) return done
  const { namespace = '' } = splitKey(podKey)
  const budgets = yield* api.list<PodDisruptionBudget>('PodDisruptionBudget', namespace)
  const { labels = {}, name = '' } = pod.metadata
  const chosen = budgets.find(({ spec }) => selectorMatcher(spec?.selector)(labels))
  const text = `Pod "${namespace}"/"${name}" matches multiple PodDisruptionBudgets.  Chose`
  const message = `${text} "${chosen?.metadata.name ?? ''}" arbitrarily.`
  yield* api.event(pod, 'Warning', 'MultiplePodDisruptionBudgets', message)
  return done
}

function* syncBudget(api: Api, budget: PodDisruptionBudget): Part<ReconcileResult> {
  const { namespace = '' } = budget.metadata
  const selector = selectorOf(budget.spec?.selector)
  if (!selector.ok) {
    yield* api.event(budget, 'Warning', 'NoPods', `Failed to get pods: ${selector.error}`)
    return yield* giveUp(api, budget, selector.error)
  }
  const matches = selectorMatcher(budget.spec?.selector)
  const pairs = budget.spec?.selector?.matchLabels ?? {}
  const some = yield* api.read(lister => lister.labelled<Pod>('Pod', namespace, pairs))
  const pods = some.filter(pod => matches(pod.metadata.labels ?? {}))
  if (pods.length === 0) yield* api.event(budget, 'Normal', 'NoPods', 'No matching pods found')
  const expected = yield* expectedPods(api, budget, pods)
  if (!expected.ok) {
    const message = `Failed to calculate the number of expected pods: ${expected.error}`
    yield* api.event(budget, 'Warning', 'CalculateExpectedPodCountFailed', message)
    return yield* giveUp(api, budget, expected.error)
  }
  const nowMs = yield* api.now()
  if (expected.unmanaged.length > 0) {
    yield* api.event(budget, 'Warning', 'UnmanagedPods', unmanagedText(budget))
  }
  const disrupted = disruptedPods(budget, pods, nowMs)
  for (const pod of disrupted.notDeleted) {
    // Upstream prints the namespace twice; the text is kept as it is.
    const message = `Pod was expected by PDB ${namespace}/${namespace} to be deleted but it wasn't`
    yield* api.event(pod, 'Warning', 'NotDeleted', message)
  }
  const next = withCounts(
    budget,
    {
      currentHealthy: countHealthy(pods, disrupted.pods, nowMs),
      desiredHealthy: expected.desiredHealthy,
      expectedPods: expected.expected,
      disruptedPods: disrupted.pods,
    },
    nowMs,
  )
  const result = next === undefined ? done : yield* write(api, next)
  if (result.error !== undefined || disrupted.recheckMs === undefined) return result
  // One more millisecond: an entry expires after, not at, its time.
  return { requeueAfterMs: Math.max(0, disrupted.recheckMs - nowMs) + 1 }
}

function* giveUp(api: Api, budget: PodDisruptionBudget, error: string): Part<ReconcileResult> {
  const safe = failSafe(budget, error, yield* api.now())
  // The server would not store an equal status again.
  return sameValue(safe.status, budget.status) ? done : yield* write(api, safe)
}

function unmanagedText(budget: PodDisruptionBudget): string {
  return (
    `Pods selected by this PodDisruptionBudget (selector: ${selectorText(budget.spec?.selector)})` +
    ' were found to be unmanaged. As a result, the status of the PDB cannot be calculated' +
    ' correctly, which may result in undefined behavior. To account for these pods please set' +
    ' ".spec.minAvailable" field of the PDB to an integer value.'
  )
}

function* write(api: Api, budget: PodDisruptionBudget): Part<ReconcileResult> {
  const answer = yield* api.updateStatus(budget)
  if (answer.ok) return done
  if (isConflict(answer)) return { error: errorText(answer) }
  const nowMs = yield* api.now()
  const again = yield* api.updateStatus(failSafe(budget, errorText(answer), nowMs))
  return again.ok ? done : { error: errorText(again) }
}

/** How long until the DisruptionTarget condition of a pod is stale; undefined: it has none. */
function staleAfterMs(pod: Pod, nowMs: number): number | undefined {
  if (pod.metadata.deletionTimestamp !== undefined) return undefined
  const { conditions = [], phase } = pod.status ?? {}
  const condition = conditions.find(({ type }) => type === 'DisruptionTarget')
  if (condition === undefined || condition.status !== 'True') return undefined
  if (condition.reason === 'TerminationByKubelet') return undefined
  if (phase === 'Succeeded' || phase === 'Failed') return undefined
  const { lastTransitionTime } = condition
  const sinceMs = typeof lastTransitionTime === 'string' ? parseTime(lastTransitionTime) : nowMs
  return Math.max(0, sinceMs + staleDisruptionMs - nowMs)
}

function* clearStale(api: Api, podKey: string): Part<ReconcileResult> {
  const pod = yield* api.get<Pod>('Pod', podKey)
  if (pod === undefined) return done
  const nowMs = yield* api.now()
  const waitMs = staleAfterMs(pod, nowMs)
  if (waitMs === undefined) return done
  if (waitMs > 0) return { requeueAfterMs: waitMs }
  const cleared = (condition: PodCondition): PodCondition =>
    condition.type === 'DisruptionTarget'
      ? {
          type: condition.type,
          status: 'False',
          lastTransitionTime: formatTime(nowMs),
        }
      : condition
  const conditions = (pod.status?.conditions ?? []).map(cleared)
  const answer = yield* api.updateStatus({ ...pod, status: { ...pod.status, conditions } })
  return answer.ok ? done : { error: errorText(answer) }
}
