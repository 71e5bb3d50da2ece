import { expect, it } from 'vitest'
import { sampleReport } from './testing.ts'
import { table } from './table.ts'

it('renders the sample report as recorded', async () => {
  await expect(table.render(sampleReport)).toMatchFileSnapshot('golden/table.txt')
})
