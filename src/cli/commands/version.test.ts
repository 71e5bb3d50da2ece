import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { typed } from '../testing.ts'

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }

it('prints the version of package.json', async () => {
  const { out } = await typed('version')
  expect(out).toMatch(new RegExp(`^seatrial ${version}\nkubernetes 1\\.\\d+\nnode v`))
})

it('prints it as a document', async () => {
  const { out } = await typed('version -o json')
  expect(JSON.parse(out)).toMatchObject({ seatrial: version })
})
