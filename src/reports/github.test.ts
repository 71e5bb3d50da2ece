import { expect, it } from 'vitest'
import { sampleReport } from './testing.ts'
import { github } from './github.ts'

it('renders the sample report as recorded', async () => {
  await expect(github.render(sampleReport)).toMatchFileSnapshot('golden/github.txt')
})
