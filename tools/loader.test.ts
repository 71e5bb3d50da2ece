import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'loader-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What a script says that is built as the product is and started by the loader. */
async function saidBy(contents: string): Promise<string> {
  await build({
    stdin: { contents, loader: 'ts' },
    outfile: join(folder, 'main.cjs'),
    platform: 'node',
    format: 'cjs',
    bundle: true,
    supported: { 'dynamic-import': false },
    banner: { js: '(function(exports,require,module,__filename,__dirname){' },
    footer: { js: '})' },
  })
  const loader = join(folder, 'seatrial.cjs')
  copyFileSync(join(import.meta.dirname, 'loader.cjs'), loader)
  const { stdout, stderr } = spawnSync(process.execPath, [loader], { encoding: 'utf8' })
  return stdout + stderr
}

const said = "console.log(typeof spawn, typeof createHash('md5').update)"

it.each([
  {
    name: 'by name',
    given: `import { spawn } from 'node:child_process'
      import { createHash } from 'node:crypto'
      ${said}`,
  },
  {
    name: 'as a whole',
    given: `import * as child from 'node:child_process'
      import crypto from 'node:crypto'
      const [{ spawn }, { createHash }] = [{ ...child }, crypto]
      ${said}`,
  },
  {
    name: 'on demand',
    given: `async function run() {
        const { spawn } = await import('node:child_process')
        const { createHash } = await import('node:crypto')
        ${said}
      }
      void run()`,
  },
])('what waits until it is used is there when imported $name', async ({ given }) => {
  expect(await saidBy(given)).toBe('function function\n')
})
