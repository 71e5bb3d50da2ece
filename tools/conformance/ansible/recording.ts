// The form of Ansible recordings: one expectation, and what other versions of the engine do.

import type { AnsibleVersion } from '../../../src/sources/ansible/values.ts'
import type { Tally } from '../tally.ts'

/** Answers one line of a recording. */
export type Replay = (recorded: unknown, tally: Tally, context: ReplayContext) => void

/** What a replay can look at besides the case. */
export interface ReplayContext {
  /** Folders of real projects by `project@ref`. */
  readonly trees: ReadonlyMap<string, string>
  /** The file that the case stands in. */
  readonly path: string
}

/** The fields of a case that say which engine gave what. */
export interface Recorded<Expect> {
  readonly id: string
  readonly engine: string
  readonly expect: Expect
  readonly sameIn?: readonly string[]
  readonly expectIn?: Readonly<Record<string, Expect>>
  /** Null where that version says nothing. */
  readonly messagesIn?: Readonly<Record<string, readonly string[] | null>>
}

/** What one version of the engine gave. */
export interface Expectation<Expect> {
  readonly engine: string
  readonly version: AnsibleVersion
  readonly expect: Expect
  readonly messages: readonly string[]
}

/** The expectations of all versions that a case was recorded with. */
export function expectationsOf<Expect extends { readonly messages?: readonly string[] }>(
  recorded: Recorded<Expect>,
): readonly Expectation<Expect>[] {
  const engines = new Set([
    recorded.engine,
    ...(recorded.sameIn ?? []),
    ...Object.keys(recorded.expectIn ?? {}),
  ])
  return [...engines].sort().map(engine => {
    const expect = recorded.expectIn?.[engine] ?? recorded.expect
    const own = recorded.messagesIn?.[engine]
    const messages = own === undefined ? (expect.messages ?? []) : (own ?? [])
    return { engine, version: versionOf(engine), expect, messages }
  })
}

function versionOf(engine: string): AnsibleVersion {
  const version = engine.split('.').slice(0, 2).join('.')
  if (version === '2.16' || version === '2.18' || version === '2.19') return version
  throw new Error(`the recording is of ansible-core ${engine}, which the product does not know`)
}

/**
 * Messages as they are compared. Advice that the engine adds to an error of YAML (examples of what
 * to write) is left out on both sides. Names that are group and host, and up to 2.18 reserved
 * names, are told in the order of a set, which differs from run to run; `isUnordered` says the same
 * of hosts, whose names of variables are told host by host.
 */
export function comparable(
  messages: readonly string[],
  version: AnsibleVersion,
  isUnordered = false,
): readonly string[] {
  const texts = messages.map(text => {
    const end = text.search(advice)
    return (end < 0 ? text : text.slice(0, end)).trimEnd()
  })
  const conflicts = inOrder(texts, text => text.startsWith(conflict))
  return version === '2.19' && !isUnordered
    ? conflicts
    : inOrder(conflicts, text => text.startsWith(reserved))
}

const advice =
  /\s(?:We could be wrong, but this one|This one looks easy to fix|There appears to be (?:a tab|both)|For example:\s+raw:)/

const reserved = '[WARNING]: Found variable using reserved name'
const conflict = '[WARNING]: Found both group and host with same name'

/** The texts with those of one kind ordered among themselves. */
function inOrder(texts: readonly string[], isOne: (text: string) => boolean): readonly string[] {
  const these = texts.filter(isOne).sort()
  return texts.map(text => (isOne(text) ? (these.shift() ?? text) : text))
}
