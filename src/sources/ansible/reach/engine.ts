// The version of ansible-core that a tree of playbooks is made for.

import type { AnsibleVersion } from '../values.ts'

/** A version, and the engine here that is nearest to it. */
export interface Engine {
  readonly full: string
  readonly version: AnsibleVersion
}

/** Where a tree says nothing. */
export const usualEngine: Engine = { full: '2.18.14', version: '2.18' }

/** The patch release that stands for a minor: late enough for what trees ask for. */
const patch = 14
/** Releases of the package `ansible` carry ansible-core of this minor more. */
const offset = 7

/** The engine that a requirements.txt asks for. */
export function engineOf(requirements: string | undefined): Engine {
  const match = /^ansible(-core)?\s*[=~>]=\s*(\d+)(?:\.(\d+))?/m.exec(requirements ?? '')
  if (match === null) return usualEngine
  const [, core, first, second] = match
  const minor = core === undefined ? Number(first) + offset : Number(second ?? 0)
  return { full: `2.${minor}.${patch}`, version: nearest(minor) }
}

function nearest(minor: number): AnsibleVersion {
  if (minor >= 19) return '2.19'
  return minor >= 18 ? '2.18' : '2.16'
}
