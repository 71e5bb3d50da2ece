// A plan as text or as a document.

import { dump } from 'js-yaml'
import type { HostPlan, PlanStep } from '../../explain/host-plan.ts'

const marks: Readonly<Record<PlanStep['verdict'], string>> = {
  holds: '✓',
  refused: '✗',
  risky: '!',
}

function text({ from, to, steps }: HostPlan): string {
  if (steps.length === 0) return `${from} and ${to} ask for the same hosts: nothing is to be done\n`
  const lines = steps.flatMap(({ what, how, verdict, why, survives }, index) => [
    `${marks[verdict]} ${index + 1}. ${what}${survives === undefined ? '' : `; then ${survivesText(survives)}`}`,
    `     do       ${how}`,
    ...(why === undefined ? [] : [`     because  ${why}`]),
  ])
  const worst = steps.filter(({ verdict }) => verdict !== 'holds').length
  return `${lines.join('\n')}\n\n${steps.length} steps from ${from} to ${to}, ${worst} of them risky or refused\n`
}

function survivesText(losses: number): string {
  return losses === 0 ? 'no loss is survived' : `the loss of ${losses} is survived`
}

function documentOf({ from, to, steps }: HostPlan): unknown {
  return { apiVersion: 'seatrial.dev/v1', kind: 'HostPlan', from, to, steps }
}

/** Renders a plan; formats that have none of their own show the text. */
export function planText(plan: HostPlan, format: string): string {
  if (format === 'json') return `${JSON.stringify(documentOf(plan), null, 2)}\n`
  if (format === 'yaml') return dump(documentOf(plan), { lineWidth: -1, noRefs: true })
  return text(plan)
}
