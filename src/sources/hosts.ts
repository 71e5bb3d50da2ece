// What an installer makes of the hosts of an inventory that the user named.

import type { Problem } from '../base/problem.ts'
import type { HostMatrix } from '../explain/host-matrix.ts'
import { openNamed } from './place.ts'
import { followPlaybooks, type PlaybookRequest } from './playbooks.ts'
import { codes, errorAt } from './problems.ts'
import { sourceFor } from './registry.ts'

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

/** A path that is the inventory of no known installer. */
export function noInventory(path: string): Problem {
  return errorAt(
    codes.notAnObject,
    { file: path },
    {
      what: 'this is no inventory of k3s-ansible or Kubespray',
      why: 'its groups and variables say for no known installer what the hosts become',
      todo: 'name the inventory file itself, or describe the nodes as pools instead',
    },
  )
}
