// What the arguments and configuration files of k3s say about nodes and packaged components.
// Upstream: k3s pkg/cli/cmds/{agent,server}.go, pkg/configfilearg, v1.36.

import type { Location } from '../../base/problem.ts'
import { splitWords } from '../ansible/python/shlex.ts'
import { strOf } from '../ansible/python/repr.ts'
import { isList, isMapping, type Value } from '../ansible/values.ts'

/** One setting, whether it came from an argument or a file. */
export interface Argument {
  /** Without dashes: `node-taint`. */
  readonly name: string
  readonly value: string
  /** The variable that says so. */
  readonly at: Location
}

/** What settings say, wherever it stands. */
export type Given = readonly Pick<Argument, 'name' | 'value'>[]

/** Settings that stand alone on the command line. */
const switches: ReadonlySet<string> = new Set([
  'cluster-init',
  'cluster-reset',
  'debug',
  'disable-agent',
  'disable-apiserver',
  'disable-cloud-controller',
  'disable-controller-manager',
  'disable-etcd',
  'disable-helm-controller',
  'disable-kube-proxy',
  'disable-network-policy',
  'disable-scheduler',
  'docker',
  'embedded-registry',
  'etcd-disable-snapshots',
  'etcd-expose-metrics',
  'prefer-bundled-bin',
  'rootless',
  'secrets-encryption',
  'selinux',
  'with-node-id',
])

/** The settings in a text of arguments, or why it cannot be split. */
export function argumentsIn(text: string, at: Location): readonly Argument[] | string {
  const split = splitWords(text.replaceAll('\n', ' '))
  if ('error' in split) return split.error
  const words = split.words.map(word => word.text)
  const found: Argument[] = []
  for (let index = 0; index < words.length; index += 1) {
    const match = /^--?([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(words[index] ?? '')
    if (match === null) continue
    const name = match[1] ?? ''
    const next = words[index + 1]
    const isSwitch = switches.has(name) || next === undefined || next.startsWith('-')
    const value = match[2] ?? (isSwitch ? 'true' : next)
    if (match[2] === undefined && !isSwitch) index += 1
    found.push({ name, value, at })
  }
  return found
}

/** The settings of a configuration file that was read. */
export function argumentsOf(config: Value, at: Location): readonly Argument[] {
  if (!isMapping(config)) return []
  return [...config].flatMap(([key, value]) => {
    const name = strOf(key).replace(/\+$/, '')
    const values = isList(value) ? value : [value]
    return values.map(item => ({ name, value: item === true ? 'true' : strOf(item), at }))
  })
}

/** The values of a setting, those that lists and commas hold each by itself. */
export function valuesOf(given: Given, name: string): readonly string[] {
  return given
    .filter(argument => argument.name === name)
    .flatMap(({ value }) => value.split(','))
    .map(value => value.trim())
    .filter(value => value !== '')
}
