// Replays patterns.jsonl.gz: which hosts a pattern and --limit mean.

import { type Inventory, readInventory } from '../../../src/sources/ansible/inventory/inventory.ts'
import { hostsOf } from '../../../src/sources/ansible/inventory/patterns.ts'
import { defaultSettings } from '../../../src/sources/ansible/inventory/settings.ts'
import { comparable, expectationsOf, type Recorded, type Replay } from './recording.ts'

interface Expect {
  readonly hosts?: readonly string[]
  readonly error?: string
  readonly orderUnstable?: boolean
  readonly messages?: readonly string[]
}

interface PatternCase extends Recorded<Expect> {
  readonly files: Readonly<Record<string, string>>
  readonly pattern: string
  readonly limit?: string
}

const localNames: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1'])

export const patterns: Replay = (recorded, tally) => {
  const each = recorded as PatternCase
  const family = `patterns/${each.id.split('-')[1] ?? ''}`
  for (const { engine, version, expect, messages } of expectationsOf(each)) {
    const name = { family, id: `${each.id}@${engine}` }
    if (!tally.wants(name)) continue
    const files = new Map(Object.entries(each.files))
    const [source = ''] = Object.keys(each.files)
    const inventory = readInventory(files, [source], defaultSettings(version))
    const { hosts, error } = listHosts(inventory, each, files)
    const order = expect.orderUnstable === true && hosts !== undefined ? [...hosts].sort() : hosts
    const got = inventory.messages.map(({ text }) => `[WARNING]: ${text}`)
    tally.compare(
      name,
      { hosts: expect.hosts, error: expect.error, messages: comparable(messages, version) },
      { hosts: order, error, messages: comparable(got, version) },
    )
  }
}

// `ansible PATTERN --list-hosts`: no host is an error, and localhost is there in any case.
function listHosts(
  inventory: Inventory,
  { pattern, limit }: PatternCase,
  files: ReadonlyMap<string, string>,
): { readonly hosts?: readonly string[]; readonly error?: string } {
  const matched = hostsOf(inventory, pattern, limit, files)
  if ('error' in matched) return { error: matched.error }
  const names = matched.hosts.map(({ name }) => name)
  if (names.length > 0) return { hosts: names }
  if (localNames.has(pattern)) return { hosts: [pattern] }
  const error =
    'Specified inventory, host pattern and/or --limit leaves us with no hosts to target.'
  return { error }
}
