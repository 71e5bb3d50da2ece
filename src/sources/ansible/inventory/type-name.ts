// Names of Python's types as they show in the engine's messages.
// Upstream: ansible-core 2.18 parsing/yaml/objects.py; 2.19 module_utils/_internal/_datatag.

import {
  type AnsibleVersion,
  Bytes,
  Float,
  Foreign,
  isList,
  isMapping,
  Moment,
  PythonSet,
  Tuple,
  UnsafeText,
  type Value,
  VaultText,
} from '../values.ts'

/** Where a value came from: values of YAML files have types of their own up to 2.18. */
export type TypeOrigin = 'yaml' | 'python'

/** `type(value).__name__`. */
export function typeName(
  value: Value,
  version: AnsibleVersion,
  origin: TypeOrigin = 'yaml',
): string {
  const plain = plainName(value)
  if (version === '2.19') return taggedName(plain)
  if (value instanceof UnsafeText) return 'AnsibleUnsafeText'
  if (value instanceof VaultText) return 'AnsibleVaultEncryptedUnicode'
  return origin === 'yaml' ? (yamlNames[plain] ?? plain) : plain
}

const yamlNames: Readonly<Record<string, string>> = {
  dict: 'AnsibleMapping',
  list: 'AnsibleSequence',
  str: 'AnsibleUnicode',
}

const tagged: Readonly<Record<string, string>> = {
  dict: 'Dict',
  list: 'List',
  str: 'Str',
  int: 'Int',
  float: 'Float',
  tuple: 'Tuple',
  set: 'Set',
  bytes: 'Bytes',
  date: 'Date',
  datetime: 'DateTime',
}

function taggedName(plain: string): string {
  const name = tagged[plain]
  return name === undefined ? plain : `_AnsibleTagged${name}`
}

function plainName(value: Value): string {
  if (value === null) return 'NoneType'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number' || typeof value === 'bigint') return 'int'
  if (typeof value === 'string' || value instanceof UnsafeText) return 'str'
  if (isMapping(value)) return 'dict'
  if (isList(value)) return 'list'
  if (value instanceof Float) return 'float'
  if (value instanceof Tuple) return 'tuple'
  if (value instanceof PythonSet) return 'set'
  if (value instanceof Bytes) return 'bytes'
  if (value instanceof Moment) return value.kind
  return value instanceof Foreign ? value.type : 'EncryptedString'
}

const modules: Readonly<Record<string, string>> = {
  AnsibleMapping: 'ansible.parsing.yaml.objects.',
  AnsibleSequence: 'ansible.parsing.yaml.objects.',
  AnsibleUnicode: 'ansible.parsing.yaml.objects.',
  AnsibleVaultEncryptedUnicode: 'ansible.parsing.yaml.objects.',
  AnsibleUnsafeText: 'ansible.utils.unsafe_proxy.',
  EncryptedString: 'ansible.parsing.vault.',
  date: 'datetime.',
  datetime: 'datetime.',
}

/** `str(type(value))`: `<class 'int'>`. */
export function className(value: Value, version: AnsibleVersion, origin?: TypeOrigin): string {
  const name = typeName(value, version, origin)
  const isTagged = name.startsWith('_AnsibleTagged')
  const module = isTagged ? 'ansible.module_utils._internal._datatag.' : (modules[name] ?? '')
  return `<class '${module}${name}'>`
}
