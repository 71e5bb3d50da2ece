// How upgrade_cluster.yml takes nodes away: how many at a time, and how it drains them.
// Upstream: kubespray v2.22.0 to v2.31.0 playbooks/upgrade_cluster.yml (serial),
// roles/upgrade/pre-upgrade (drain_*, upgrade_node_fail_if_drain_fails).

import type { Problem } from '../../base/problem.ts'
import { isTruthy, numberOf, textOf } from '../ansible/values.ts'
import { codes, warningAt } from '../problems.ts'
import type { Reading } from './reading.ts'

/** What `serial` is when nobody sets it: a share of the workers. */
const usualSerial = '20%'
const usualSeconds = { drain_grace_period: 300, drain_timeout: 360 } as const

/** Workers that an upgrade takes at a time; control planes go one by one. */
export function workersAtOnce(reading: Reading): number {
  const { layout, settings, speaker } = reading
  const workers = layout.hosts.node.filter(host => !layout.has(host, 'controlPlane')).length
  const setting = speaker === undefined ? undefined : settings.any(speaker, 'serial')
  const given = setting === undefined ? usualSerial : setting.value
  const number = numberOf(given)
  const text = number === undefined ? (textOf(given) ?? usualSerial) : String(number)
  // Ansible cuts a share off, and takes one host at least.
  const share = text.endsWith('%')
    ? Math.trunc((Number(text.slice(0, -1)) * workers) / 100)
    : Number(text)
  return Number.isInteger(share) && share > 0 ? Math.min(share, Math.max(workers, 1)) : 1
}

/** Settings of the drain that end it early, or that let an upgrade go on without it. */
export function drainFindings(reading: Reading): readonly Problem[] {
  const { settings, speaker, file } = reading
  if (speaker === undefined) return []
  const problems: Problem[] = []
  const start = { file: file.name, line: 1, column: 1 }
  const seconds = (name: keyof typeof usualSeconds) => {
    const setting = settings.any(speaker, name)
    const text = setting === undefined ? undefined : textOf(setting.value)
    const given = text === undefined ? Number(numberOf(setting?.value ?? null)) : secondsIn(text)
    return { value: Number.isNaN(given) ? usualSeconds[name] : given, at: setting?.at }
  }
  const [grace, timeout] = [seconds('drain_grace_period'), seconds('drain_timeout')]
  if (grace.value >= timeout.value && (grace.at ?? timeout.at) !== undefined) {
    problems.push(
      warningAt(codes.inventoryVariable, grace.at ?? timeout.at ?? start, {
        what: `drain_grace_period is ${grace.value} s and drain_timeout ${timeout.value} s`,
        why: 'a drain gives up while pods still have time to end; the upgrade stops at that node',
        todo: 'let drain_timeout be longer than drain_grace_period',
      }),
    )
  }
  const fails = settings.any(speaker, 'upgrade_node_fail_if_drain_fails')
  if (fails !== undefined && !isTruthy(fails.value)) {
    problems.push(
      warningAt(codes.inventoryVariable, fails.at ?? start, {
        what: 'upgrade_node_fail_if_drain_fails is false',
        why: 'a node whose drain is refused is upgraded with its pods on it, whatever their budgets say',
        todo: 'leave it true, and correct the budgets that the drain trial names',
      }),
    )
  }
  const fallback = settings.any(speaker, 'drain_fallback_enabled')
  if (fallback !== undefined && isTruthy(fallback.value)) {
    problems.push(
      warningAt(codes.inventoryVariable, fallback.at ?? start, {
        what: 'drain_fallback_enabled is true',
        why: 'after the first refusal pods are deleted instead of evicted: budgets count no more',
        todo: 'leave it false where a budget protects a quorum',
      }),
    )
  }
  return problems
}

const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 }

function secondsIn(text: string): number {
  const match = /^(\d+)([hms]?)$/.exec(text)
  if (match === null) return Number.NaN
  return Number(match[1]) * (units[match[2] || 's'] ?? 1)
}
