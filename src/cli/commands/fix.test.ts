import { cpSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { typed } from '../testing.ts'

const example = 'examples/kubefirst/manifests'
const proxy = 'redis-ha-haproxy.yaml'

function copy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fix-'))
  cpSync(example, folder, { recursive: true })
  return folder
}

describe('fix', { timeout: 120_000 }, () => {
  it('shows what helps and writes nothing', async () => {
    const folder = copy()
    const { out, status } = await typed(`fix ${folder} --nodes 3 --remedies 2`)
    expect(out).toContain('proven   matchLabelKeys')
    expect(out).toContain('seatrial fix')
    expect(readFileSync(join(folder, proxy), 'utf8')).toBe(
      readFileSync(join(example, proxy), 'utf8'),
    )
    expect(status).toBe(1)
  })

  it('--write edits the file, and the error is gone', async () => {
    const folder = copy()
    const { out, status } = await typed(`fix ${folder} --nodes 3 --remedies 2 --write`)
    expect(out).toContain(`${join(folder, proxy)}: count-per-revision`)
    expect(readFileSync(join(folder, proxy), 'utf8')).toContain('matchLabelKeys:')
    expect(status).toBe(0)
  })

  it('--write writes as well when the report is a document', async () => {
    const folder = copy()
    const { out, err } = await typed(`fix ${folder} --nodes 3 --remedies 2 --write -o json`)
    expect(JSON.parse(out)).toMatchObject({ kind: 'Report' })
    expect(err).toContain(`${join(folder, proxy)}: count-per-revision`)
    expect(readFileSync(join(folder, proxy), 'utf8')).toContain('matchLabelKeys:')
  })

  it('takes a suggestion only when it is accepted by name', async () => {
    const folder = copy()
    await typed(`fix ${folder} --nodes 3 --remedies 2 --write --accept allow-unavailable`)
    const text = readFileSync(join(folder, proxy), 'utf8')
    expect(text).toContain('maxUnavailable: 1')
    expect(text).not.toContain('matchLabelKeys')
  })

  it('has nothing to do for a platform that is fine, and shows its settings', async () => {
    const { out, status } = await typed('fix examples/small')
    expect(out).toBe('3 notes; nothing to fix\n')
    expect(status).toBe(0)
    expect((await typed('fix examples/small --show-config')).out).toMatch(/^SETTING +VALUE/)
  })

  it('an unknown name is a usage error', async () => {
    const { err, status } = await typed('fix x --accept allow-unavailble')
    expect(err).toContain('did you mean allow-unavailable?')
    expect(status).toBe(2)
  })
})
