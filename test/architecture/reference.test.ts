import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { referenceText } from '../../tools/reference.ts'
import { sourceFile } from '../../tools/source-file.ts'
import { sourceFiles } from '../../tools/tidy.ts'

it('docs/reference.md lists every member: npm run pages writes it', () => {
  expect(readFileSync('docs/reference.md', 'utf8')).toBe(referenceText(sourceFiles()))
})

it('a member is one row with its name, its words and its file', () => {
  const text = `export const nodeLoss = { name: 'node-loss', doc: 'Cuts a|b.' } satisfies Fault\n`
  const file = sourceFile('src/faults/node-loss.ts', text)
  expect(referenceText([file])).toContain(
    '## Faults\n\n| name | what it does | file |\n|---|---|---|\n' +
      '| node-loss | Cuts a\\|b. | [src/faults/node-loss.ts](../src/faults/node-loss.ts) |\n',
  )
})
