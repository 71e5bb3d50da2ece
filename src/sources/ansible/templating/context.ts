// What filters, tests, methods and lookups can ask of the evaluation they take part in.

import type { AnsibleVersion, Value } from '../values.ts'
import type { CallArguments } from './special.ts'

export interface Context {
  readonly version: AnsibleVersion
  /** 2.19 and later: values keep their types, errors of plugins wait until they are used. */
  readonly isNative: boolean
  /** The template changes lists or mappings, so it works on copies of its own. */
  readonly changesValues?: boolean
  /** The value of a variable, templated; undefined when there is none. */
  variable(name: string): Value | undefined
  /** The environment of the controller, where it is known. */
  readonly environment?: ReadonlyMap<string, string> | undefined
  /** The names of all variables, in no particular order. */
  variableNames(): readonly string[]
  /** Evaluates a text that may hold templates. */
  template(value: Value): Value
  /** Before 2.19 a filter or test that is not there is an error whatever its input is. */
  expect(kind: 'filter' | 'test', name: string): void
  filter(name: string, input: Value, given: CallArguments): Value
  test(name: string, input: Value, given: CallArguments): Value
  call(callee: Value, given: CallArguments): Value
  /** `object.name` or `object[name]`, whichever exists. */
  item(object: Value, key: Value): Value
  /** The value of a constant that holds a template, where constants are rendered. */
  constant?(text: string): Value
  /** The text of a file of the tree, or undefined; relative paths are those of the play. */
  readFile(path: string): string | undefined
}
