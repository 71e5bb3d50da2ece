// The arguments of ansible-playbook in recordings: inventories, limit, tags, variables.

import { parseArgs } from 'node:util'
import { parsePairs } from '../../../src/sources/ansible/playbooks/parse-args.ts'
import type { Attributes } from '../../../src/sources/ansible/playbooks/model.ts'
import type { TagOptions } from '../../../src/sources/ansible/playbooks/tags.ts'
import { loadYaml } from '../../../src/sources/ansible/templating/filters/yaml-load.ts'
import { str } from '../../../src/sources/ansible/templating/python/represent.ts'
import { type AnsibleVersion, isMapping, type Value } from '../../../src/sources/ansible/values.ts'
import { fromJson } from './values-json.ts'

export interface Arguments {
  readonly inventories: readonly string[]
  readonly playbooks: readonly string[]
  readonly limit: string | undefined
  readonly tags: TagOptions
  readonly extraVars: Attributes
  /** Variables that the engine sets for every host. */
  readonly engineVars: Attributes
}

const parsing = {
  inventory: { type: 'string', short: 'i', multiple: true },
  limit: { type: 'string', short: 'l' },
  tags: { type: 'string', short: 't', multiple: true },
  'skip-tags': { type: 'string', multiple: true },
  'extra-vars': { type: 'string', short: 'e', multiple: true },
  check: { type: 'boolean', short: 'C' },
} as const

/** Reads the arguments of a recorded run. */
export function parseArguments(
  argv: readonly string[],
  engine: string,
  version: AnsibleVersion,
): Arguments {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: parsing,
    allowPositionals: true,
  })
  const list = (given: readonly string[] | undefined): string[] =>
    (given ?? []).flatMap(each => each.split(',').map(tag => tag.trim()))
  const only = values.tags === undefined ? ['all'] : list(values.tags)
  const skip = list(values['skip-tags'])
  const extraVars = new Map<string, Value>()
  for (const each of values['extra-vars'] ?? []) {
    for (const [name, value] of variables(each, version)) extraVars.set(name, value)
  }
  const [major, minor, revision] = engine.split('.').map(Number)
  const inventories = values.inventory ?? []
  const engineVars = new Map<string, Value>([
    ['ansible_version', fromJson({ full: engine, string: engine, major, minor, revision })],
    ['ansible_check_mode', values.check === true],
    ['ansible_diff_mode', false],
    ['ansible_forks', 1],
    ['ansible_verbosity', 0],
    ['ansible_run_tags', only],
    ['ansible_skip_tags', skip],
    ['ansible_inventory_sources', inventories],
    ['ansible_playbook_python', '/usr/bin/python3'],
    ['playbook_dir', '/playbook'],
  ])
  if (values.limit !== undefined) engineVars.set('ansible_limit', values.limit)
  return {
    inventories,
    playbooks: positionals,
    limit: values.limit,
    tags: { only, skip },
    extraVars,
    engineVars,
  }
}

function variables(text: string, version: AnsibleVersion): ReadonlyMap<string, Value> {
  if (!/^[[{]/.test(text)) return parsePairs(text)
  const value = loadYaml(text, version)
  if (!isMapping(value)) return new Map()
  return new Map([...value].map(([key, each]) => [str(key), each] as const))
}
