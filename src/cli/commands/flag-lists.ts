// Flags that several commands take.

import type { FlagName } from '../flags.ts'

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
  'kubernetes',
]

export const runFlags: readonly FlagName[] = ['seed', 'replay']

export const outputFlags: readonly FlagName[] = ['output', 'show-config', 'color', 'verbosity']
