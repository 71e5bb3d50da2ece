// Tests of what a task gave. Port of ansible-core 2.16 to 2.19 plugins/test/core.py.

import { isList, isMapping, type Mapping, type Value } from '../../values.ts'
import { TemplateFailure } from '../failures.ts'
import type { Plugin, Plugins } from '../plugin.ts'
import { equals } from '../python/compare.ts'
import { truth } from '../python/iterate.ts'

/** A test of a result; what is no mapping, undefined values too, is an error of its own. */
function ofResult(name: string, test: (result: Mapping) => Value): Plugin {
  return {
    takesUndefined: true,
    run: input => {
      if (isMapping(input)) return test(input)
      throw new TemplateFailure(`The '${name}' test expects a dictionary`)
    },
  }
}

function flag(name: string): Plugin {
  return ofResult(name, result => result.get(name) ?? false)
}

function without(name: string): Plugin {
  return ofResult(name, result => !truth(result.get(name) ?? false))
}

const changed = ofResult('changed', result => {
  const own = result.get('changed')
  if (own !== undefined) return own
  const results = result.get('results')
  if (results === undefined || !isList(results) || !isMapping(results[0])) return false
  return results.some(each => isMapping(each) && truth(each.get('changed') ?? false))
})

// A task that is not asynchronous counts as started and finished.
function asynchronous(name: string): Plugin {
  return ofResult(name, result => {
    const value = result.get(name)
    return value === undefined || equals(value, 1)
  })
}

const failed = flag('failed')
const succeeded = without('failed')

export const resultTests: Plugins = {
  failed,
  failure: failed,
  succeeded,
  success: succeeded,
  successful: succeeded,
  unreachable: flag('unreachable'),
  reachable: without('unreachable'),
  timedout: ofResult('timedout', result => {
    const timedout = result.get('timedout')
    return isMapping(timedout) ? (timedout.get('period') ?? false) : false
  }),
  changed,
  change: changed,
  skipped: flag('skipped'),
  skip: flag('skipped'),
  finished: asynchronous('finished'),
  started: asynchronous('started'),
}
