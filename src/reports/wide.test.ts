import { expect, it } from 'vitest'
import { sampleReport } from './testing.ts'
import { wide } from './wide.ts'

it('renders the sample report as recorded', async () => {
  await expect(wide.render(sampleReport)).toMatchFileSnapshot('golden/wide.txt')
})
