import { load } from 'js-yaml'
import { expect, it } from 'vitest'
import { sampleReport } from './testing.ts'
import { yaml } from './yaml.ts'

it('renders the sample report as recorded', async () => {
  await expect(yaml.render(sampleReport)).toMatchFileSnapshot('golden/yaml.yaml')
})

it('reads back as the report', () => {
  expect(load(yaml.render(sampleReport))).toEqual(sampleReport)
})
