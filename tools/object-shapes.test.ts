import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, expect, it } from 'vitest'
import { sharedShapes, withSharedShapes } from './object-shapes.ts'

const folder = mkdtempSync(join(tmpdir(), 'shapes-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const copying = `
const bound = pod => ({ ...pod, node: 'n1' })
const kept = []
for (let index = 0; index < 1000; index += 1) {
  const pod = bound({ name: 'p' + index, labels: {} })
  if (!kept.some(other => %HaveSameMap(other, pod))) kept.push(pod)
}
console.log(kept.length)`

it('a thousand copies with a field more have one hidden class, or two while code warms up', () => {
  const script = withSharedShapes(copying)
  const { stdout } = spawnSync(process.execPath, ['--allow-natives-syntax', '-e', script], {
    encoding: 'utf8',
  })
  expect(Number(stdout)).toBeGreaterThan(0)
  expect(Number(stdout)).toBeLessThanOrEqual(2)
})

it.each([
  { name: 'first in a literal', given: 'f({ ...a, b })', want: 'f({ ...null, ...a, b })' },
  { name: 'minified', given: 'f({...a,b})', want: 'f({...null,...a,b})' },
  { name: 'after a field', given: 'f({ b, ...a })', want: 'f({ b, ...a })' },
  { name: 'of arguments and lists', given: 'f(...[...a])', want: 'f(...[...a])' },
  { name: 'a second time', given: 'f({ ...null, ...a })', want: 'f({ ...null, ...a })' },
])('a spread $name', ({ given, want }) => {
  expect(withSharedShapes(given)).toBe(want)
})

it('a build writes what it made', async () => {
  const outfile = join(folder, 'out.mjs')
  const contents = 'export const f = (a: object) => ({ ...a, b: 1 })'
  await build({
    stdin: { contents, loader: 'ts' },
    outfile,
    minify: true,
    format: 'esm',
    plugins: [sharedShapes],
  })
  expect(readFileSync(outfile, 'utf8')).toContain('{...null,...')
})
