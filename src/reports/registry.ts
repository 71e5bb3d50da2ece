// Every report format, sorted by name.

import { customColumns } from './custom-columns.ts'
import type { Reporter } from './framework.ts'
import { github } from './github.ts'
import { json } from './json.ts'
import { jsonpath } from './jsonpath.ts'
import { junit } from './junit.ts'
import { markdown } from './markdown.ts'
import { name } from './name.ts'
import { sarif } from './sarif.ts'
import { table } from './table.ts'
import { text } from './text.ts'
import { wide } from './wide.ts'
import { yaml } from './yaml.ts'

const members = [
  customColumns,
  github,
  json,
  jsonpath,
  junit,
  markdown,
  name,
  sarif,
  table,
  text,
  wide,
  yaml,
]

export const reporters: ReadonlyMap<string, Reporter> = new Map(
  members.map(member => [member.name, member]),
)
