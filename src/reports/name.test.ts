import { expect, it } from 'vitest'
import { sampleReport } from './testing.ts'
import { name } from './name.ts'

it('renders the sample report as recorded', async () => {
  await expect(name.render(sampleReport)).toMatchFileSnapshot('golden/name.txt')
})
