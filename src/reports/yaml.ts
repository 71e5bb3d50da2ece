// The report contract as YAML, written the way kubectl writes it.

import { dump } from 'js-yaml'
import type { Reporter } from './framework.ts'

export const yaml = {
  name: 'yaml',
  doc: 'The whole report, seatrial.dev/v1, as YAML.',
  render: report => dump(report, { lineWidth: -1, noRefs: true }),
} satisfies Reporter
