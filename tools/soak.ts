// `npm run -s soak -- scheduler [--minutes 5] [--seed 1]`: the only part that knows the clock.

import { parseArgs } from 'node:util'
import { soakScheduler } from '../test/soak/scheduler.ts'

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { minutes: { type: 'string' }, seed: { type: 'string' } },
  })
  const [name = 'scheduler'] = positionals
  const minutes = Number(values.minutes ?? 5)
  const seed = Number(values.seed ?? 1)
  if (name !== 'scheduler' || !(minutes > 0) || !Number.isInteger(seed)) {
    console.error('usage: npm run -s soak -- scheduler [--minutes 5] [--seed 1]')
    return 2
  }
  const say = (text: string): void => console.error(text)
  const failed = soakScheduler({ minutes, seed }, { nowMs: () => performance.now(), say })
  return failed === undefined ? 0 : 1
}

process.exitCode = main()
