// Flags that several commands take, and the flags of one command.

import { type Flag, type FlagName, flags } from '../flags.ts'
import type { Command } from './framework.ts'

export const inputFlags: readonly FlagName[] = [
  'filename',
  'recursive',
  'kustomize',
  'namespace',
  'all-namespaces',
  'selector',
]

export const platformFlags: readonly FlagName[] = [
  'nodes',
  'node-size',
  'zones',
  'pool',
  'scheduler-config',
  'kubernetes',
]

export const runFlags: readonly FlagName[] = ['seed', 'replay']

/** How results are shown. */
export const shownFlags: readonly FlagName[] = ['output', 'color', 'verbosity']

export const outputFlags: readonly FlagName[] = ['output', 'show-config', 'color', 'verbosity']

/** The formats of commands that have a text and one document. */
export const documentOutputs: readonly string[] = ['text', 'json', 'yaml', 'jsonpath=']

/** The flags of a command, with the formats that it knows. */
export function flagsOf({ flags: names, outputs }: Command): readonly Flag[] {
  const all: readonly Flag[] = flags
  const taken = names.flatMap(name => all.find(flag => flag.name === name) ?? [])
  if (outputs === undefined) return taken
  return taken.map(flag =>
    flag.name === 'output' ? { ...flag, values: outputs, doc: formatsText(outputs) } : flag,
  )
}

/** `text, json or yaml (text)`. */
function formatsText(outputs: readonly string[]): string {
  const words = outputs.map(each => each.replace('=', '=…'))
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''} (${words[0] ?? ''})`
}
