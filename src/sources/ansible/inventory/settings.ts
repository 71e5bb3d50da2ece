// The settings of ansible.cfg that decide how an inventory is read, with the defaults of a version.
// Upstream: ansible-core 2.16, 2.18, 2.19 config/base.yml, constants.py.

import type { AnsibleVersion } from '../values.ts'

export interface Settings {
  readonly version: AnsibleVersion
  /** What becomes of group names that are no variable names. */
  readonly groupNames: 'never' | 'ignore' | 'always' | 'silently'
  /** Whether a mapping replaces or completes the one of lower precedence. */
  readonly hashBehaviour: 'replace' | 'merge'
  /** One source that cannot be read ends the run. */
  readonly anyUnparsedIsFailed: boolean
  /** No source that can be read ends the run. */
  readonly unparsedIsFailed: boolean
  /** Endings of files that a folder as source leaves out. */
  readonly ignoredEndings: readonly string[]
  /** Regular expressions for names that a folder as source leaves out. */
  readonly ignoredPatterns: readonly string[]
  /** Endings of inventories in YAML. */
  readonly yamlEndings: readonly string[]
  /** The files of variables of a group or host are looked for with these endings. */
  readonly variableEndings: readonly string[]
  /** The folder of the playbook, whose group_vars and host_vars count as well. */
  readonly playbookFolder?: string
  /** What is done with what only a secret opens: `opaque` keeps it closed, `fail` ends as the engine. */
  readonly vault: 'opaque' | 'fail'
}

const rejected = ['.pyc', '.pyo', '.swp', '.bak', '~', '.rpm', '.md', '.txt', '.rst', '.orig']

/** The settings of a version without any ansible.cfg. */
export function defaultSettings(version: AnsibleVersion): Settings {
  const ini = version === '2.19' ? [] : ['.ini']
  return {
    version,
    groupNames: 'never',
    hashBehaviour: 'replace',
    anyUnparsedIsFailed: false,
    unparsedIsFailed: false,
    ignoredEndings: [...rejected, ...ini, '.cfg', '.retry'],
    ignoredPatterns: [],
    yamlEndings: ['.yaml', '.yml', '.json'],
    variableEndings: ['.yml', '.yaml', '.json'],
    vault: 'opaque',
  }
}

/** Settings by their names in ansible.cfg over those of a version; what is not known is left out. */
export function withConfiguration(
  settings: Settings,
  values: Readonly<Record<string, string>>,
): Settings {
  let result = settings
  for (const [name, value] of Object.entries(values)) {
    result = { ...result, ...configured(name, value) }
  }
  return result
}

function configured(name: string, value: string): Partial<Settings> {
  switch (name) {
    case 'force_valid_group_names':
      return isOneOf(value, ['never', 'ignore', 'always', 'silently']) ? { groupNames: value } : {}
    case 'hash_behaviour':
      return isOneOf(value, ['replace', 'merge']) ? { hashBehaviour: value } : {}
    case 'any_unparsed_is_failed':
      return { anyUnparsedIsFailed: isTrue(value) }
    case 'unparsed_is_failed':
      return { unparsedIsFailed: isTrue(value) }
    case 'inventory_ignore_extensions':
    case 'ignore_extensions':
      return { ignoredEndings: listOf(value) }
    case 'inventory_ignore_patterns':
    case 'ignore_patterns':
      return { ignoredPatterns: listOf(value) }
    case 'yaml_valid_extensions':
      return { yamlEndings: listOf(value), variableEndings: listOf(value) }
    default:
      return {}
  }
}

function isOneOf<T extends string>(value: string, words: readonly T[]): value is T {
  return (words as readonly string[]).includes(value)
}

function isTrue(value: string): boolean {
  return ['y', 'yes', 'on', '1', 'true', 't'].includes(value.trim().toLowerCase())
}

function listOf(value: string): readonly string[] {
  return value.split(',').map(item => item.trim())
}

/** The sections of an ansible.cfg that hold settings of inventories. */
const sections: ReadonlySet<string> = new Set(['defaults', 'inventory', 'inventory_plugin_yaml'])

/** The settings in the text of an ansible.cfg by name; comments begin lines or follow ` ;`. */
export function readConfiguration(text: string): Readonly<Record<string, string>> {
  const values: Record<string, string> = {}
  let section = ''
  let last: string | undefined
  for (const line of text.split(/\r\n?|\n/)) {
    const head = /^\[([^\]]+)\]/.exec(line)
    const pair = /^([^\s=:#;][^=:]*?)\s*[=:]\s*(.*)$/.exec(line)
    if (head !== null) {
      section = head[1] ?? ''
      last = undefined
    } else if (!sections.has(section)) last = undefined
    else if (pair !== null) {
      last = (pair[1] ?? '').toLowerCase()
      values[last] = withoutComment(pair[2] ?? '')
    } else if (last !== undefined && /^\s+[^\s#;]/.test(line)) {
      values[last] = `${values[last] ?? ''}\n${withoutComment(line)}`.trim()
    }
  }
  return values
}

function withoutComment(text: string): string {
  return text.replace(/(?:^|\s);.*$/, '').trim()
}
