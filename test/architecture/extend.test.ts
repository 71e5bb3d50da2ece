import { readdirSync, readFileSync } from 'node:fs'
import { strict as assert } from 'node:assert'
import { createRequire } from 'node:module'
import { runInThisContext } from 'node:vm'
import { buildSync } from 'esbuild'
import { expect, it } from 'vitest'

const folder = 'docs/extend'
const pages = readdirSync(folder).filter(name => name !== 'README.md')

/** The TypeScript blocks of a page, in order. */
function blocksOf(page: string): readonly { readonly isTest: boolean; readonly code: string }[] {
  const text = readFileSync(`${folder}/${page}`, 'utf8')
  return [...text.matchAll(/^```ts( test)?\n(.*?)^```$/gms)].map(match => ({
    isTest: match[1] !== undefined,
    code: match[2] ?? '',
  }))
}

/** Bundles an example with the product code it imports and runs it with `assert` in scope. */
function run(code: string): void {
  const result = buildSync({
    stdin: { contents: code, resolveDir: folder, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    write: false,
  })
  const text = result.outputFiles[0]?.text ?? ''
  const script = runInThisContext(`(function (assert, module, exports, require) {${text}\n})`)
  script(assert, { exports: {} }, {}, createRequire(import.meta.url))
}

it('there is a page for every kind of extension', () => {
  expect(pages).toEqual([
    'check.md',
    'controller.md',
    'fault.md',
    'plugin.md',
    'remedy.md',
    'report.md',
    'source.md',
  ])
})

it.each(pages)('the example of %s does what its test block says', page => {
  const blocks = blocksOf(page)
  expect(blocks.filter(({ isTest }) => isTest)).toHaveLength(1)
  expect(blocks.filter(({ isTest }) => !isTest)).toHaveLength(1)
  run(blocks.map(({ code }) => code).join('\n'))
})

it('a wrong assertion in a page is noticed', () => {
  expect(() => run(`assert.equal(1, 2)`)).toThrow('1 !== 2')
})
