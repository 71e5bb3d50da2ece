// What an installer makes of the hosts of an inventory that the user named.

import type { Problem } from '../base/problem.ts'
import type { HostMatrix } from '../explain/host-matrix.ts'
import { openNamed } from './place.ts'
import { codes, errorAt } from './problems.ts'
import { sourceFor } from './registry.ts'

/** The matrix of an inventory at a path, or why there is none; never throws. */
export function readHosts(
  path: string,
): { readonly matrix: HostMatrix } | { readonly problem: Problem } {
  const opened = openNamed(path, () => '')
  if ('problem' in opened) return opened
  const matrix = sourceFor(opened.place)?.hosts?.(opened.place)
  return matrix === undefined ? { problem: noInventory(path) } : { matrix }
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
