// The filter json_query: JMESPath expressions. Port of jmespath.py 1.0: identifiers, indexes,
// slices, projections, filters, multi-selects, pipes and the common functions.

import { TemplateFailure } from '../failures.ts'
import { type Plugin, type Plugins, required } from '../plugin.ts'
import { touch } from '../python/types.ts'
import { str } from '../python/represent.ts'
import { searchJmes } from '../python/jmespath.ts'

const jsonQuery: Plugin = {
  params: 'expr!',
  run: (input, [expression]) => {
    touch(input)
    try {
      return searchJmes(str(required(expression, 'expr')), input)
    } catch (error) {
      if (!(error instanceof TemplateFailure)) throw error
      throw new TemplateFailure(`JMESPathError in json_query filter plugin:\n${error.message}`)
    }
  },
}

export const queryFilters: Plugins = { json_query: jsonQuery }
