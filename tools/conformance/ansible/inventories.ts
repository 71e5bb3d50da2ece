// Replays inventories.jsonl.gz: what ansible-inventory lists of files, sources and settings.

import { readInventory } from '../../../src/sources/ansible/inventory/inventory.ts'
import type { Inventory } from '../../../src/sources/ansible/inventory/inventory.ts'
import {
  defaultSettings,
  withConfiguration,
} from '../../../src/sources/ansible/inventory/settings.ts'
import type { AnsibleVersion } from '../../../src/sources/ansible/values.ts'
import { hostsShown, listed } from './inventory-list.ts'
import {
  comparable,
  type Expectation,
  expectationsOf,
  type Recorded,
  type Replay,
} from './recording.ts'

interface Expect {
  readonly rc: number
  readonly list?: unknown
  readonly hostOrder?: readonly string[]
  readonly orderUnstable?: boolean
  readonly groupsOf?: Readonly<Record<string, readonly string[]>>
  readonly messages?: readonly string[]
}

interface InventoryCase extends Recorded<Expect> {
  readonly files: Readonly<Record<string, string>>
  readonly sources: readonly string[]
  readonly config?: Readonly<Record<string, string>>
}

export const inventories: Replay = (recorded, tally) => {
  const each = recorded as InventoryCase
  const family = `inventories/${familyOf(each)}`
  for (const expectation of expectationsOf(each)) {
    const name = { family, id: `${each.id}@${expectation.engine}` }
    if (!tally.wants(name)) continue
    const inventory = inventoryOf(each, expectation.version)
    if (family === 'inventories/plugin') {
      // The recorded list is that of a plugin. A reader without plugins must name it instead.
      const got = inventory.unsupported.map(({ what }) => what)
      tally.compare(name, ['plugin'], got)
    } else tally.compare(name, wanted(expectation), answered(inventory, expectation))
  }
}

// `rnd-ini-01` is of the family rnd-ini, `yaml-port` of yaml; a plugin's files make a family.
function familyOf({ id, files }: InventoryCase): string {
  if (Object.values(files).some(text => /^plugin:/m.test(text))) return 'plugin'
  return /^(?:rnd-)?[a-z]+/.exec(id)?.[0] ?? id
}

function inventoryOf(
  { files, sources, config }: InventoryCase,
  version: AnsibleVersion,
): Inventory {
  const settings = { ...defaultSettings(version), vault: 'fail' as const }
  const texts = new Map(Object.entries(files))
  return readInventory(texts, sources, withConfiguration(settings, config ?? {}))
}

function wanted({ expect, messages, version }: Expectation<Expect>): unknown {
  const { rc, list, hostOrder, groupsOf } = expect
  return {
    rc,
    list,
    hostOrder,
    groupsOf,
    messages: comparable(messages, version, expect.orderUnstable),
  }
}

function answered(inventory: Inventory, { expect, version }: Expectation<Expect>): unknown {
  const result = listed(inventory)
  const warnings = inventory.messages.map(({ text }) => `[WARNING]: ${text}`)
  if ('error' in result) {
    const prefix = version === '2.19' ? '[ERROR]:' : 'ERROR!'
    const messages = comparable(
      [...warnings, `${prefix} ${result.error}`],
      version,
      expect.orderUnstable,
    )
    return { rc: result.rc, messages }
  }
  const hosts = hostsShown(inventory)
  const names = hosts.map(({ name }) => name)
  const groupsOf = Object.fromEntries(
    hosts.map(host => [
      host.name,
      host.groups
        .map(({ name }) => name)
        .filter(name => name !== 'all')
        .sort(),
    ]),
  )
  const hostOrder = expect.orderUnstable === true ? [...names].sort() : names
  return {
    ...result,
    hostOrder,
    groupsOf,
    messages: comparable(warnings, version, expect.orderUnstable),
  }
}
