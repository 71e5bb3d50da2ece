// Filters that choose or check values: default, ternary, mandatory, bool and types.
// Upstream: jinja 3.1.6 filters.py, ansible-core 2.16 to 2.19 plugins/filter/core.py.

import { TemplateFailure, UnknownSignal } from '../failures.ts'
import { equals } from '../python/compare.ts'
import { type Plugin, type Plugins, required } from '../plugin.ts'
import { truth } from '../python/iterate.ts'
import { reprOfText } from '../../python/repr.ts'
import { repr, str } from '../python/represent.ts'
import { characters, touch, typeName } from '../python/types.ts'
import { Deferred, Undefined, Unknown } from '../special.ts'

const fallback: Plugin = {
  params: 'default_value boolean',
  takesUndefined: true,
  takesUnknown: true,
  run: (input, [value = '', isBoolean = false]) => {
    if (input instanceof Deferred && !input.isUndefined) return input
    if (input instanceof Undefined) return value
    if (input instanceof Unknown) {
      const decided = input.isDefined && (!truth(isBoolean) || input.truth === true)
      return decided ? input : new Unknown(input.reasons, { truth: input.truth })
    }
    return truth(isBoolean) && !truth(input) ? value : input
  },
}

const words: ReadonlySet<string> = new Set(['yes', 'on', '1', 'true'])

const bool: Plugin = {
  run: (input, _args, { isNative }) => {
    if (typeof input === 'boolean') return input
    if (input === null) return isNative ? false : null
    const text = characters(input)
    if (text !== undefined) return words.has(text.toLowerCase())
    return repr(input) === '1' || repr(input) === '1.0'
  },
}

const ternary: Plugin = {
  params: 'true_val! false_val! none_val',
  takesUndefined: true,
  takesUnknown: true,
  run: (input, [yes, no, none]) => {
    if (input instanceof Undefined) touch(input)
    if (input === null && none !== undefined && none !== null) return none
    if (input instanceof Unknown && input.truth === undefined) return new Unknown(input.reasons)
    const [whenTrue, whenFalse] = [required(yes, 'true_val'), required(no, 'false_val')]
    return truth(input) ? whenTrue : whenFalse
  },
}

const mandatory: Plugin = {
  params: 'msg',
  takesUndefined: true,
  run: (input, [message]) => {
    if (!(input instanceof Undefined)) return input
    if (input instanceof Deferred && !input.isUndefined) return input
    if (message !== undefined && message !== null) throw new TemplateFailure(str(message))
    const name = input.missing === undefined ? '' : `${reprOfText(input.missing)} `
    throw new TemplateFailure(`Mandatory variable ${name}not defined.`)
  },
}

const typeDebug: Plugin = {
  takesUndefined: true,
  run: (input, _args, { isNative }) => {
    if (input instanceof Deferred && !input.isUndefined) return 'CapturedExceptionMarker'
    if (input instanceof Undefined) return isNative ? 'UndefinedMarker' : 'AnsibleUndefined'
    return typeName(input)
  },
}

// Only a message is made of it, so the text of a difference is left open.
const factDiff: Plugin = {
  params: 'after! plugin',
  run: (input, [after]) => {
    if (equals(input, required(after, 'after'))) return ''
    throw new UnknownSignal(new Unknown(['the text of a difference between two values']))
  },
}

export const controlFilters: Plugins = {
  'ansible.utils.fact_diff': factDiff,
  default: fallback,
  d: fallback,
  bool,
  ternary,
  mandatory,
  type_debug: typeDebug,
}
