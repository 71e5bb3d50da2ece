// Filters that encode, decode and hash. Port of ansible-core 2.18 plugins/filter/core.py.

import { createHash } from 'node:crypto'
import { isMapping, numberOf, type Value } from '../../values.ts'
import { TemplateFailure, UnknownSignal } from '../failures.ts'
import { type Plugin, type Plugins, textArgument } from '../plugin.ts'
import { decode, encode } from '../python/encodings.ts'
import { truth } from '../python/iterate.ts'
import { type DumpOptions, defaultDump, dumpJson, loadJson } from '../python/json.ts'
import { str } from '../python/represent.ts'
import { dumpYaml } from '../python/yaml-dump.ts'
import { characters, typeName } from '../python/types.ts'
import { NativeText, Unknown } from '../special.ts'
import { loadYaml, loadYamlAll } from './yaml-load.ts'
import { repeatText } from '../python/repeat.ts'

function dumpOptions(named: ReadonlyMap<string, Value>, base: DumpOptions): DumpOptions {
  const indent = named.get('indent')
  const sorts = named.get('sort_keys')
  const ascii = named.get('ensure_ascii')
  const separators = named.get('separators')
  const width = indent === undefined ? base.indent : indentOf(indent)
  const [item, key] = separators === undefined || separators === null ? [] : pairOf(separators)
  return {
    indent: width,
    sortsKeys: sorts === undefined ? base.sortsKeys : truth(sorts),
    itemSeparator: item ?? (width === undefined ? base.itemSeparator : ','),
    keySeparator: key ?? base.keySeparator,
    isAscii: ascii === undefined ? base.isAscii : truth(ascii),
  }
}

function pairOf(value: Value): readonly string[] {
  const items = Array.isArray(value) ? value : ((value as { items?: readonly Value[] }).items ?? [])
  return items.map(str)
}

function indentOf(value: Value): string | undefined {
  if (value === null) return undefined
  const number = numberOf(value)
  return number === undefined ? str(value) : repeatText(' ', Number(number))
}

// Before 2.19 what these filters write stays a text.
function written(text: string, isNative: boolean): Value {
  return isNative ? text : new NativeText(text)
}

const toJson: Plugin = {
  params: '*',
  run: (input, _args, { isNative }, { named }) =>
    written(dumpJson(input, dumpOptions(named, defaultDump)), isNative),
}

const nice: DumpOptions = { ...defaultDump, indent: '    ', sortsKeys: true, itemSeparator: ',' }

const toNiceJson: Plugin = {
  params: '*',
  run: (input, _args, { isNative }, { positional, named }) => {
    const [indent, sorts] = positional
    const all = new Map(named)
    if (indent !== undefined) all.set('indent', indent)
    if (sorts !== undefined) all.set('sort_keys', sorts)
    all.delete('separators')
    return written(dumpJson(input, dumpOptions(all, nice)), isNative)
  },
}

const tojson: Plugin = {
  params: 'indent',
  run: (input, [indent]) => {
    const options = {
      ...defaultDump,
      sortsKeys: true,
      indent: indent === undefined ? undefined : indentOf(indent),
    }
    const text = dumpJson(input, options)
    const safe = text.replace(
      /[<>&']/g,
      each => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
    return safe
  },
}

const yamlOptions: ReadonlySet<string> = new Set(
  (
    'default_flow_style default_style canonical indent width allow_unicode line_break encoding ' +
    'explicit_start explicit_end version tags sort_keys'
  ).split(' '),
)

function yamlFilter(indent: number, isFlow: boolean | undefined): Plugin {
  return {
    params: '*',
    run: (input, _args, { isNative }, { positional, named }) => {
      const unexpected = [...named.keys()].find(key => !yamlOptions.has(key))
      if (unexpected !== undefined) {
        throw new TemplateFailure(`dump_all() got an unexpected keyword argument '${unexpected}'`)
      }
      const given = named.get('indent') ?? (isFlow === false ? positional[0] : undefined)
      const flow = named.get('default_flow_style')
      const text = dumpYaml(input, {
        indent: given === undefined ? indent : Number(numberOf(given) ?? indent),
        isFlow: flow === undefined ? isFlow : flow === null ? undefined : truth(flow),
        sortsKeys: truth(named.get('sort_keys') ?? true),
        width: Number(numberOf(named.get('width') ?? 80) ?? 80),
        isExplicitStart: truth(named.get('explicit_start') ?? false),
      })
      return written(text, isNative)
    },
  }
}

const fromJson: Plugin = {
  params: '',
  run: input => {
    const text = characters(input)
    if (text !== undefined) return loadJson(text)
    throw new TemplateFailure(
      `the JSON object must be str, bytes or bytearray, not ${isMapping(input) ? 'dict' : typeName(input)}`,
    )
  },
}

function digest(text: string, kind: string): string {
  try {
    return createHash(kind).update(text, 'utf8').digest('hex')
  } catch {
    throw new TemplateFailure(`unsupported hash type ${kind}`)
  }
}

function hashing(kind: string): Plugin {
  return { run: input => digest(str(input), kind) }
}

// Characters of no meaning are left out, and the first complete padding ends the text.
function base64Of(text: string): string {
  const digits = text.replace(/[^A-Za-z0-9+/=]/g, '')
  const end = /^([^=]*?)(=+)/.exec(digits)
  const body = (end?.[1] ?? digits).length
  const wanted = (4 - (body % 4)) % 4
  if (body % 4 === 1) {
    throw new TemplateFailure(
      `Invalid base64-encoded string: number of data characters (${body}) cannot be 1 more than a multiple of 4`,
    )
  }
  if ((end?.[2] ?? '').length < wanted) throw new TemplateFailure('Incorrect padding')
  return digits.slice(0, body)
}

function encodingOf(value: Value | undefined): string {
  return value === undefined ? 'utf-8' : textArgument(value, 'encoding')
}

const b64decode: Plugin = {
  params: 'encoding urlsafe',
  run: (input, [encoding, isUrlSafe = false]) => {
    const given = str(input)
    const text = truth(isUrlSafe) ? given.replaceAll('-', '+').replaceAll('_', '/') : given
    return decode(Buffer.from(base64Of(text), 'base64'), encodingOf(encoding))
  },
}

// The name space of ansible-core.
const uuidNamespace = '361e6d51faec444a90798341386da8e2'

const toUuid: Plugin = {
  params: 'namespace',
  run: (input, [namespace]) => {
    const hex = namespace === undefined ? uuidNamespace : str(namespace).replaceAll('-', '')
    if (!/^[\da-fA-F]{32}$/.test(hex)) {
      throw new TemplateFailure(`Invalid value '${str(namespace ?? '')}' for 'namespace'`)
    }
    const bytes = createHash('sha1').update(Buffer.from(hex, 'hex')).update(str(input)).digest()
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
    const all = bytes.toString('hex')
    return [
      all.slice(0, 8),
      all.slice(8, 12),
      all.slice(12, 16),
      all.slice(16, 20),
      all.slice(20, 32),
    ].join('-')
  },
}

const secret: Plugin = {
  params: '*',
  run: () => {
    throw new UnknownSignal(new Unknown(['a password is hashed with a random salt']))
  },
}

export const encodingFilters: Plugins = {
  to_json: toJson,
  to_nice_json: toNiceJson,
  tojson,
  from_json: fromJson,
  to_yaml: yamlFilter(2, undefined),
  to_nice_yaml: yamlFilter(4, false),
  from_yaml: {
    run: (input, _args, { version }) =>
      characters(input) === undefined ? input : loadYaml(str(input), version),
  },
  from_yaml_all: {
    run: (input, _args, { version }) =>
      characters(input) === undefined ? input : loadYamlAll(str(input), version),
  },
  b64encode: {
    params: 'encoding urlsafe',
    run: (input, [encoding, isUrlSafe = false]) => {
      const text = encode(str(input), encodingOf(encoding)).toString('base64')
      return truth(isUrlSafe) ? text.replaceAll('+', '-').replaceAll('/', '_') : text
    },
  },
  b64decode,
  hash: {
    params: 'hashtype',
    run: (input, [kind = 'sha1']) => digest(str(input), str(kind)),
  },
  md5: hashing('md5'),
  sha1: hashing('sha1'),
  checksum: hashing('sha1'),
  to_uuid: toUuid,
  password_hash: secret,
  vault: secret,
  unvault: secret,
}
