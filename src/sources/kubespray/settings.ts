// Variables of an inventory for Kubespray as values of the kind that Kubespray asks for; what is of
// another kind, undefined or only known to a host becomes a problem at its place, and the default.

import type { Location, Problem } from '../../base/problem.ts'
import type { HostValues } from '../ansible/installer/host-values.ts'
import type { Host } from '../ansible/inventory/model.ts'
import { reprOf } from '../ansible/python/repr.ts'
import { isMapping, textOf, type Value, VaultText } from '../ansible/values.ts'
import { codes, errorAt, warningAt } from '../problems.ts'
import { type Kind, type VariableName, variables } from './variables.ts'

/** The words of Kubespray for a choice that it does not know. */
const notSupported = 'The selected choice is not supported'

/** A value and the place that set it; a default has none. */
export interface Setting<T> {
  readonly value: T
  readonly at?: Location
}

/** A mapping of texts and the place that set it. */
export interface Texts {
  readonly pairs: readonly (readonly [string, string])[]
  readonly at?: Location
}

/** Reads variables of hosts; problems are told once for each place. */
export class Settings {
  readonly problems: Problem[] = []
  readonly #values: HostValues
  readonly #told = new Set<string>()

  constructor(values: HostValues) {
    this.#values = values
  }

  flag(host: Host | undefined, name: VariableName): Setting<boolean> {
    return this.#read(host, name, value => {
      if (typeof value === 'boolean') return value
      const text = textOf(value)?.toLowerCase()
      if (text === undefined) return undefined
      if (['true', 'yes', 'on', '1'].includes(text)) return true
      return ['false', 'no', 'off', '0', ''].includes(text) ? false : undefined
    })
  }

  number(host: Host | undefined, name: VariableName): Setting<number> {
    return this.#read(host, name, value => {
      if (typeof value === 'number') return value >= 0 ? value : undefined
      const text = textOf(value)
      return text !== undefined && /^\d{1,9}$/.test(text.trim()) ? Number(text) : undefined
    })
  }

  text(host: Host | undefined, name: VariableName, oneOf?: readonly string[]): Setting<string> {
    const kind: Kind = variables[name]
    const setting = this.#read(host, name, value =>
      typeof value === 'number' ? String(value) : textOf(value),
    )
    const allowed = oneOf ?? (kind.is === 'text' ? kind.oneOf : undefined)
    if (allowed === undefined || allowed.includes(setting.value)) return setting
    this.tell(
      errorAt(codes.inventoryVariable, setting.at ?? { file: '' }, {
        what: `${name} is ${setting.value}`,
        why: `${notSupported}: Kubespray stops here; ${String(kind.usual)} is taken instead`,
        todo: `choose one of ${allowed.join(', ')}`,
      }),
    )
    return { value: String(kind.usual), ...(setting.at === undefined ? {} : { at: setting.at }) }
  }

  /** A variable of any kind, where the host has it and it can be evaluated. */
  any(host: Host, name: string): Setting<Value> | undefined {
    const at = this.#values.of(host).get(name)?.at
    const evaluated = at === undefined ? undefined : this.#values.value(host, name)
    if (at === undefined || evaluated === undefined) return undefined
    if ('value' in evaluated) {
      if (!(evaluated.value instanceof VaultText)) return { value: evaluated.value, at }
      this.tell(unreadable(name, at, 'it is encrypted'))
    } else if ('unknown' in evaluated) {
      this.tell(unreadable(name, at, `it depends on ${evaluated.unknown.join(', ')}`))
    } else this.tell(unreadable(name, at, evaluated.error))
    return undefined
  }

  /** A mapping of texts, such as labels. */
  texts(host: Host, name: string): Texts {
    const setting = this.any(host, name)
    if (setting === undefined || setting.value === null) return { pairs: [] }
    const at = setting.at === undefined ? {} : { at: setting.at }
    if (isMapping(setting.value)) {
      const pairs = [...setting.value].map(
        ([key, value]) => [plainText(key), plainText(value)] as const,
      )
      return { pairs, ...at }
    }
    this.tell(wrongKind(name, setting, 'a mapping'))
    return { pairs: [] }
  }

  tell(problem: Problem): void {
    const { file, line, column } = problem.location ?? { file: '' }
    const key = `${file}:${line ?? 0}:${column ?? 0}:${problem.what}`
    if (this.#told.has(key)) return
    this.#told.add(key)
    this.problems.push(problem)
  }

  #read<T>(
    host: Host | undefined,
    name: VariableName,
    as: (value: Value) => T | undefined,
  ): Setting<T> {
    const kind = variables[name]
    const usual = kind.usual as T
    const given = host === undefined ? undefined : this.any(host, name)
    if (given === undefined) return { value: usual }
    const value = as(given.value)
    if (value !== undefined) return { value, at: given.at as Location }
    const words = { flag: 'true or false', number: 'a whole number', text: 'a text' } as const
    this.tell(wrongKind(name, given, words[kind.is]))
    return { value: usual, at: given.at as Location }
  }
}

/** A scalar as it is written into a label. */
function plainText(value: Value): string {
  if (value === true) return 'True'
  if (value === false) return 'False'
  return textOf(value) ?? (value === null ? 'None' : reprOf(value))
}

/** A variable that is of another kind than Kubespray needs. */
export function wrongKind(name: string, { value, at }: Setting<Value>, must: string): Problem {
  return errorAt(codes.inventoryVariable, at ?? { file: '' }, {
    what: `${name} is ${shortened(reprOf(value))}, which is not ${must}`,
    why: 'the tasks that use it fail or take it for something else; its default is taken here',
    todo: `write ${must}`,
  })
}

function shortened(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`
}

function unreadable(name: string, at: Location, reason: string): Problem {
  const [fact] = /(?<=^')ansible_\w+(?=' is undefined)/.exec(reason) ?? []
  const why = fact === undefined ? reason : `it depends on the fact ${fact}`
  return warningAt(codes.inventoryVariable, at, {
    what: `${name} cannot be read: ${why.split('\n')[0] ?? why}`,
    why: 'what it decides is not known here; its default is taken',
    todo: 'write the value without what only the host, a secret or another file knows',
  })
}
