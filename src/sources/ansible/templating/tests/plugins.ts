// Tests whether a filter or test exists, and of encrypted values. Port of jinja 3.1.6 tests.py.

import { VaultText } from '../../values.ts'
import type { Plugins } from '../plugin.ts'
import { str } from '../python/represent.ts'
import { filterOf } from '../filters/registry.ts'

export const pluginTests: Plugins = {
  filter: { run: input => filterOf(str(input)) !== undefined },
  vault_encrypted: { run: input => input instanceof VaultText },
}
