// How upgrade_cluster.yml takes nodes away: how many at a time, and how it drains them.
// Upstream: kubespray v2.22.0 to v2.31.0 playbooks/upgrade_cluster.yml (serial),
// roles/upgrade/pre-upgrade (drain_*, upgrade_node_fail_if_drain_fails).

import type { Problem } from '../../base/problem.ts'
import { durationError, parseDuration } from '../../kube/duration.ts'
import type { DrainOptions } from '../../trials/drain.ts'
import type { UpgradeDrain } from '../../trials/spec.ts'
import { numberOf, textOf } from '../ansible/values.ts'
import { codes, errorAt, warningAt } from '../problems.ts'
import type { Reading } from './reading.ts'

/** What `serial` is when nobody sets it: a share of the workers. */
const usualSerial = '20%'

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

/** How every node is emptied before it is upgraded. */
export function drainOf({ settings, speaker }: Reading): UpgradeDrain {
  const tries = (prefix: 'drain' | 'drain_fallback', disableEviction: boolean): DrainOptions[] => {
    const timeoutMs = parseDuration(settings.text(speaker, `${prefix}_timeout`).value)
    const grace = settings.number(speaker, `${prefix}_grace_period`).value
    const podSelector = settings.text(speaker, 'drain_pod_selector').value
    const once: DrainOptions = {
      gracePeriodSeconds: grace,
      ...(timeoutMs !== undefined && timeoutMs > 0 && { timeoutMs }),
      ...(podSelector !== '' && { podSelector }),
      ...(disableEviction && { disableEviction }),
    }
    const retries = Math.min(settings.number(speaker, `${prefix}_retries`).value, retriesMax)
    return Array.from({ length: 1 + retries }, () => once)
  }
  const isOn = (name: FlagName): boolean => settings.flag(speaker, name).value
  return {
    tries: isOn('drain_nodes')
      ? [
          ...tries('drain', false),
          ...(isOn('drain_fallback_enabled') ? tries('drain_fallback', true) : []),
        ]
      : [],
    pauseMs: settings.number(speaker, 'drain_retry_delay_seconds').value * 1000,
    goesOnAnyway: !isOn('upgrade_node_fail_if_drain_fails'),
    uncordons: isOn('upgrade_node_uncordon_after_drain_failure'),
  }
}

/** A drain that failed so often fails again. */
const retriesMax = 20

type FlagName =
  | 'drain_fallback_enabled'
  | 'drain_nodes'
  | 'upgrade_node_fail_if_drain_fails'
  | 'upgrade_node_uncordon_after_drain_failure'

/** A setting that makes a drain worth nothing: the value that does it, and what that means. */
const harmful: readonly (Words & { readonly name: FlagName; readonly value: boolean })[] = [
  {
    name: 'drain_nodes',
    value: false,
    why: 'every node is upgraded with its pods on it, whatever their budgets say',
    todo: 'leave it true, and correct the budgets that the drain trial names',
  },
  {
    name: 'upgrade_node_fail_if_drain_fails',
    value: false,
    why: 'a node whose drain is refused is upgraded with its pods on it, whatever their budgets say',
    todo: 'leave it true, and correct the budgets that the drain trial names',
  },
  {
    name: 'drain_fallback_enabled',
    value: true,
    why: 'after the last refusal pods are deleted instead of evicted: budgets count no more',
    todo: 'leave it false where a budget protects a quorum',
  },
]

interface Words {
  readonly why: string
  readonly todo: string
}

/** Settings of the drain that end it early, or that let an upgrade go on without it. */
export function drainFindings(reading: Reading): readonly Problem[] {
  const { settings, speaker, file } = reading
  const start = { file: file.name, line: 1, column: 1 }
  const timeout = settings.text(speaker, 'drain_timeout')
  const timeoutMs = parseDuration(timeout.value)
  const grace = settings.number(speaker, 'drain_grace_period')
  const problems: Problem[] = []
  if (timeoutMs === undefined) {
    problems.push(
      errorAt(codes.inventoryVariable, timeout.at ?? start, {
        what: `drain_timeout is ${timeout.value}, which kubectl drain refuses`,
        why: `invalid argument for "--timeout": ${durationError(timeout.value) ?? ''}`,
        todo: 'write a number and its unit, such as 360s',
      }),
    )
  } else if (timeoutMs > 0 && grace.value * 1000 >= timeoutMs) {
    problems.push(
      warningAt(codes.inventoryVariable, grace.at ?? timeout.at ?? start, {
        what: `drain_grace_period is ${grace.value} s and drain_timeout ${timeoutMs / 1000} s`,
        why: 'a drain gives up while pods still have time to end; the upgrade stops at that node',
        todo: 'let drain_timeout be longer than drain_grace_period',
      }),
    )
  }
  for (const { name, value, why, todo } of harmful) {
    const setting = settings.flag(speaker, name)
    if (setting.value !== value) continue
    const what = `${name} is ${value}`
    problems.push(warningAt(codes.inventoryVariable, setting.at ?? start, { what, why, todo }))
  }
  return problems
}
