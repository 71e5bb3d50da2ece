import { expect, it } from 'vitest'
import { sampleReport } from './testing.ts'
import { json } from './json.ts'

it('renders the sample report as recorded', async () => {
  await expect(json.render(sampleReport)).toMatchFileSnapshot('golden/json.json')
})
