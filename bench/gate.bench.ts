// Suite `gate`, called by continuous integration: how many times the specification the fast engine
// is on DefaultTopologySpreading at 5,000 nodes. Both are measured in turn, round after round, in
// processor time, and the best round of each counts: neighbours and warm-up only ever slow down.

import type { Row, SuiteOptions } from './suite.ts'
import { measurements } from './scheduler.bench.ts'

export async function rows({ say }: SuiteOptions): Promise<readonly Row[]> {
  const { measureGate } = await measurements()
  const row = measureGate()
  say(`${row.workload} ${row.nodes}: × ${row.overSpecification} of the specification`)
  return [row]
}
