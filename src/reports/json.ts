// The report contract itself, for programs.

import type { Reporter } from './framework.ts'

export const json = {
  name: 'json',
  doc: 'The whole report, seatrial.dev/v1; fields are only ever added.',
  render: report => `${JSON.stringify(report, null, 2)}\n`,
} satisfies Reporter
