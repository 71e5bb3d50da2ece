// Warnings and errors in the engine's words, each once. Upstream: ansible-core 2.18
// utils/display.py; 2.19 _internal/_event_formatting.py, module_utils/_internal/_event_utils.py.

import type { Location } from '../../../base/problem.ts'
import type { Failure } from '../failure.ts'
import type { AnsibleVersion } from '../values.ts'
import type { Message } from './model.ts'

/** A warning before the engine's layout. */
export interface Warning {
  readonly text: string
  readonly about: Message['about']
  readonly at?: Location
  readonly plugin?: string
  /** What 2.19 shows below the text: the origin and its lines, or more words. */
  readonly detail?: string
}

export class MessageLog {
  readonly messages: Message[] = []
  readonly #version: AnsibleVersion
  readonly #seen = new Set<string>()

  constructor(version: AnsibleVersion) {
    this.#version = version
  }

  warn({ text, about, at, detail, plugin }: Warning): void {
    const isNew = this.#version === '2.19'
    const shown = isNew ? laidOut(text, detail) : onOneLine(text)
    if (this.#seen.has(shown)) return
    this.#seen.add(shown)
    const more = {
      ...(at === undefined ? {} : { at }),
      ...(plugin === undefined ? {} : { plugin }),
    }
    this.messages.push({ severity: 'warning', text: shown, about, ...more })
  }
}

function laidOut(text: string, detail: string | undefined): string {
  return (detail === undefined ? text : `${text}\n${detail}`).trim()
}

// Up to 2.18 a warning is filled to the width of the terminal; here it is endless. Tabs are blanks
// up to the next eighth column, counted in the lines before filling.
function onOneLine(text: string): string {
  const prefix = '[WARNING]: '.length
  let column = prefix
  let line = ''
  for (const character of text) {
    const width = character === '\t' ? 8 - (column % 8) : 1
    line += /\s/.test(character) ? ' '.repeat(width) : character
    column = character === '\n' || character === '\r' ? 0 : column + width
  }
  return line.trimEnd()
}

/** The warning that a plugin could not read a source. */
export function parseWarning(
  plugin: string,
  source: string,
  failure: Failure,
  version: AnsibleVersion,
): Warning {
  const place = { plugin, ...(failure.at === undefined ? {} : { at: failure.at }) }
  if (version !== '2.19') {
    const text = `\n* Failed to parse ${source} with ${plugin} plugin: ${fullMessage(failure)}`
    return { text, about: 'source', ...place }
  }
  const head = `Failed to parse inventory with '${plugin}' plugin.`
  const brief = concatenated(head, briefMessage(failure))
  return {
    text: `${brief}\n\n${head}\n\n<<< caused by >>>\n\n${verbose(failure)}`,
    about: 'source',
    ...place,
  }
}

/** Up to 2.18 only the message itself, which says what its cause says. */
function fullMessage(failure: Failure): string {
  return failure.parts.cause === undefined ? failure.message : fullMessage(failure.parts.cause)
}

/** The message with those of its causes appended, as 2.19 tells an error in one line. */
export function briefMessage(failure: Failure): string {
  const { cause } = failure.parts
  const message = failure.message.trim()
  return cause === undefined ? message : concatenated(message, briefMessage(cause))
}

function concatenated(left: string, right: string): string {
  return left.endsWith(right) ? left : `${left.replace(/[. ]+$/, '')}: ${right}`
}

// A cause is told in the same paragraph unless it has an origin of its own or a hidden context.
function verbose(failure: Failure): string {
  const { cause, origin } = failure.parts
  const isApart = cause !== undefined && cause.parts.isWhileHandling === true
  const text = isApart ? failure.message.trim() : briefMessage(failure)
  const paragraph = origin === undefined ? text : `${text}\n${origin}`
  return isApart ? `${paragraph}\n\n<<< caused by >>>\n\n${verbose(cause)}` : paragraph
}
