// An .ini file that no installer's source knows: an inventory with a mistake in it, or of an
// installer that is not known. The reader of inventories says what is wrong with it.

import type { Problem } from '../base/problem.ts'
import { readInventory } from './ansible/inventory/inventory.ts'
import { defaultSettings, withConfiguration } from './ansible/inventory/settings.ts'
import { inventoryProblems } from './ansible/installer/inventory-problems.ts'
import { normalPath } from './ansible/files.ts'
import { readInventoryFiles } from './ansible/read-files.ts'
import type { Place, Source, SourceResult } from './framework.ts'
import { codes, errorAt } from './problems.ts'

export const unknownInventory = {
  name: 'inventory',
  doc: 'An .ini file that is the inventory of no known installer: what is wrong with it is told.',
  detect: place =>
    place.type === 'file' && place.isNamed && place.path.endsWith('.ini') ? 'possible' : 'no',
  load: loadNothing,
} satisfies Source

function loadNothing(place: Place): SourceResult {
  const source = normalPath(place.path)
  const { files, configuration } = readInventoryFiles([source])
  const settings = withConfiguration(defaultSettings('2.18'), configuration)
  const found = inventoryProblems(readInventory(files, [source], settings), place.path)
  return {
    objects: [],
    problems: [...found, noInventory(place.path)],
    platform: { setBy: place.path, pools: [] },
  }
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
