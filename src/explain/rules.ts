// Every rule that a finding can carry: one stable id per verdict, with the words of its page.

import type { VerdictName } from '../checks/verdict.ts'

export interface Rule {
  readonly id: string
  readonly verdict: VerdictName
  readonly title: string
  /** What it means for the person who runs the platform. */
  readonly meaning: string
  /** What usually helps. */
  readonly advice: string
}

export const rules: readonly Rule[] = [
  {
    id: 'ST1001',
    verdict: 'pending-forever',
    title: 'A pod never gets a node',
    meaning:
      'The scheduler refuses the pod on every node, and nothing in the run would ever change that.',
    advice:
      'Read the causes: they name the constraint and how much is missing. Add what is missing, or ' +
      'relax the constraint.',
  },
  {
    id: 'ST1002',
    verdict: 'pending-transient',
    title: 'A pod waited for a node',
    meaning: 'The scheduler refused the pod at first and placed it later.',
    advice: 'Nothing has to be done unless the wait is too long for you.',
  },
  {
    id: 'ST1010',
    verdict: 'rejected',
    title: 'The API server does not accept an object',
    meaning: 'kubectl apply would fail on this object with exactly this answer.',
    advice: 'Mend the field that the message names.',
  },
  {
    id: 'ST1020',
    verdict: 'install-stuck',
    title: 'The installer gives up',
    meaning:
      'The installer waits for an object to be there and ready, with a time limit, and the limit ' +
      'passes. What it would have installed afterwards is missing.',
    advice: 'Find out why the object that the gate waits for is not ready; the causes say so.',
  },
  {
    id: 'ST1101',
    verdict: 'down',
    title: 'A workload serves nobody',
    meaning: 'For that many seconds not one of its pods was ready on a node that answers.',
    advice:
      'Run at least two replicas that cannot share a node, and see that a replacement can be ' +
      'placed while one node is gone.',
  },
  {
    id: 'ST1102',
    verdict: 'degraded',
    title: 'A workload has fewer serving pods than it wants',
    meaning: 'It still serves, with less redundancy and capacity.',
    advice: 'Check that the rest carries the load, and that the gap closes in time.',
  },
  {
    id: 'ST1103',
    verdict: 'quorum-lost',
    title: 'A replicated store loses its quorum',
    meaning: 'Fewer members are left than the store needs to accept writes.',
    advice: 'Spread the members so that one failure takes at most a minority.',
  },
  {
    id: 'ST1104',
    verdict: 'terminating-forever',
    title: 'A pod is being deleted and never goes',
    meaning:
      'Its kubelet no longer answers, so nobody confirms the deletion. A StatefulSet does not ' +
      'replace such a pod.',
    advice: 'Bring the node back, delete the Node object, or taint it out-of-service.',
  },
  {
    id: 'ST1203',
    verdict: 'rollout-stuck',
    title: 'A rollout never completes',
    meaning:
      'New pods cannot become ready before old ones go, and the strategy does not let old ones go.',
    advice:
      'Give the rollout room: maxUnavailable 1, one node more, or anti-affinity that counts only ' +
      'pods of the same revision (matchLabelKeys: [pod-template-hash]).',
  },
  {
    id: 'ST1301',
    verdict: 'drain-stuck',
    title: 'A node cannot be drained',
    meaning: 'An eviction is refused each time it is tried, so the drain never ends.',
    advice: 'Let the disruption budget allow at least one eviction, or run one replica more.',
  },
  {
    id: 'ST1302',
    verdict: 'upgrade-stuck',
    title: 'An upgrade of the nodes cannot go on',
    meaning: 'A node has to be emptied before it is upgraded, and it never gets empty.',
    advice: 'See ST1301.',
  },
  {
    id: 'ST1401',
    verdict: 'loop',
    title: 'Controllers undo each other',
    meaning: 'The same state comes back again and again.',
    advice: 'Let one writer own the field.',
  },
  {
    id: 'ST1402',
    verdict: 'diverged',
    title: 'A cache or status disagrees with the cluster for ever',
    meaning: 'All is at rest, yet a component acts on something that is no longer so.',
    advice: 'Restart the component, or take the version in which this is mended.',
  },
  {
    id: 'ST1403',
    verdict: 'churn',
    title: 'Healthy pods are replaced',
    meaning: 'Pods that served were removed for others.',
    advice: 'Check priorities and preemption.',
  },
  {
    id: 'ST1404',
    verdict: 'property-broken',
    title: 'A property of the trial does not hold',
    meaning:
      'The trial says what must always, never or in the end be so of an object, and in this run it ' +
      'is not.',
    advice: 'Read the message: it tells the first moment at which it was otherwise, and the value.',
  },
  {
    id: 'ST1501',
    verdict: 'noscale',
    title: 'An autoscaler cannot act',
    meaning: 'It lacks the metric, the target or the room.',
    advice: 'Read the condition in the message.',
  },
  {
    id: 'ST1502',
    verdict: 'overscale',
    title: 'An autoscaler acts where it should not',
    meaning: 'It adds replicas without need.',
    advice: 'Read the causes.',
  },
  {
    id: 'ST1901',
    verdict: 'inconclusive',
    title: 'The input needs something that the twin does not model',
    meaning: 'No verdict is given, since it could be wrong.',
    advice: 'See the list of what is not modelled.',
  },
]

const byVerdict = new Map(rules.map(rule => [rule.verdict, rule]))

/** The rule id of a verdict; empty for verdicts that are not findings (rollout-ok). */
export function ruleOf(verdict: VerdictName): string {
  return byVerdict.get(verdict)?.id ?? ''
}
