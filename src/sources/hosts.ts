// What an installer makes of the hosts of an inventory that the user named.

import type { Problem } from '../base/problem.ts'
import type { HostMatrix } from '../explain/host-matrix.ts'
import type { HostPlan } from '../explain/host-plan.ts'
import type { Place } from './framework.ts'
import { openNamed } from './place.ts'
import { codes, errorAt } from './problems.ts'
import { followPlaybooks, type PlaybookRequest } from './playbooks.ts'
import { sourceFor } from './registry.ts'
import { noInventory } from './unknown-inventory.ts'

/**
 * The matrix of an inventory at a path, with the playbooks of its installer where they are asked
 * for, or why there is none; never throws.
 */
export function readHosts(
  path: string,
  request?: PlaybookRequest,
): { readonly matrix: HostMatrix } | { readonly problem: Problem } {
  const opened = openNamed(path, () => '')
  if ('problem' in opened) return opened
  const { place } = opened
  const source = sourceFor(place)
  const matrix = source?.hosts?.(place, request?.path)
  if (matrix === undefined) return { problem: noInventory(path) }
  const installer = source?.installer
  if (request === undefined || installer === undefined) return { matrix }
  const { problems, ...found } = followPlaybooks(place, installer, { ...request, matrix })
  return { matrix: { ...matrix, ...found, problems: [...matrix.problems, ...problems] } }
}

/** The steps from one inventory to another, or why there are none; never throws. */
export function readPlan(
  from: string,
  to: string,
): { readonly plan: HostPlan } | { readonly problem: Problem } {
  const places: Place[] = []
  for (const path of [from, to]) {
    const opened = openNamed(path, () => '')
    if ('problem' in opened) return opened
    places.push(opened.place)
  }
  const [before, after] = places
  if (before === undefined || after === undefined) return { problem: noInventory(from) }
  const plan = sourceFor(before)?.installer?.plan?.(before, after)
  return plan === undefined ? { problem: noPlan(from, to) } : { plan }
}

function noPlan(from: string, to: string): Problem {
  return errorAt(
    codes.notAnObject,
    { file: to },
    {
      what: `there are no steps from ${from} to this`,
      why: 'steps are known between two inventories of Kubespray',
      todo: 'name the inventory as it is, and --plan with the one that is wanted',
    },
  )
}
