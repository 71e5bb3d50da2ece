import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { prepare } from './prepare.ts'
import { type Settings, settingsFrom } from './settings.ts'

const manifest = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\n'
const known = { formats: ['text'], trials: ['install'], strategies: ['random'], remedies: [] }

function settings(inputs: readonly string[], changed: Partial<Settings> = {}): Settings {
  return { ...settingsFrom(inputs, new Map(), known).settings, ...changed }
}

/** A repository: seatrial.yaml with five nodes at its root, manifests in deploy/. */
function repository(): string {
  const root = mkdtempSync(join(tmpdir(), 'seatrial-'))
  mkdirSync(join(root, '.git'))
  mkdirSync(join(root, 'deploy'))
  writeFileSync(
    join(root, 'seatrial.yaml'),
    'apiVersion: seatrial.dev/v1\nkind: Platform\npools:\n- {name: big, count: 5, cpu: "8", memory: 32Gi}\n',
  )
  writeFileSync(join(root, 'deploy', 'a.yaml'), manifest)
  return root
}

describe('seatrial.yaml', () => {
  const root = repository()
  const inputs = [
    { name: 'a folder below it', path: join(root, 'deploy') },
    { name: 'a file below it', path: join(root, 'deploy', 'a.yaml') },
    { name: 'its own folder', path: root },
  ]
  it.each(inputs)('applies once to $name', ({ path }) => {
    const { loaded } = prepare(settings([path]))
    expect(loaded.pools).toMatchObject([{ name: 'big', count: 5 }])
    expect(loaded.assumptions).toEqual([])
    expect(loaded.problems).toEqual([])
  })

  it('does not apply to files elsewhere', () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'seatrial-'))
    mkdirSync(join(elsewhere, '.git'))
    writeFileSync(join(elsewhere, 'a.yaml'), manifest)
    const { loaded, platformFile } = prepare(settings([elsewhere, join(root, 'deploy')]))
    expect(platformFile).toBeUndefined()
    expect(loaded.pools).toMatchObject([{ name: 'workers' }])
  })
})

describe('pools that no cluster can have', () => {
  it('are told at their place in the file, and by the flag', () => {
    const root = repository()
    writeFileSync(
      join(root, 'seatrial.yaml'),
      'apiVersion: seatrial.dev/v1\nkind: Platform\npools:\n- {name: big, count: 5, labels: {"a:b": c}}\n',
    )
    const { loaded } = prepare(settings([root], { zones: ['_a', 'b'] }))
    const labels = { code: 'ST0140', location: { file: join(root, 'seatrial.yaml'), line: 4 } }
    expect(loaded.problems).toMatchObject([labels, { what: 'pool big: the zone _a is refused' }])
    expect(loaded.pools).toMatchObject([{ labels: {}, zones: ['b'] }])
  })
})

describe('flags on top of what files say', () => {
  const root = repository()

  it('--nodes keeps the size that the file gives', () => {
    const { loaded } = prepare(settings([join(root, 'deploy')], { nodes: 2 }))
    expect(loaded.pools).toMatchObject([{ name: 'big', count: 2, cpu: '8' }])
    expect(loaded.poolsSetBy).toBe('flags')
  })

  it('--pool replaces the pools of the file', () => {
    const pools = [{ name: 'one', count: 1, cpu: '1', memory: '1Gi' }]
    const { loaded } = prepare(settings([join(root, 'deploy')], { pools }))
    expect(loaded.pools).toEqual(pools)
  })
})

describe('what is taken for granted', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seatrial-'))
  writeFileSync(join(folder, 'a.yaml'), manifest)
  const cases = [
    { name: 'nothing said', changed: {}, want: ['3 nodes of 4 CPU / 16 GiB'] },
    { name: 'a count said', changed: { nodes: 5 }, want: ['nodes of 4 CPU / 16 GiB'] },
    { name: 'a size said', changed: { nodeSize: { cpu: '2', memory: '4Gi' } }, want: ['3 nodes'] },
    { name: 'both said', changed: { nodes: 5, nodeSize: { cpu: '2', memory: '4Gi' } }, want: [] },
  ]
  it.each(cases)('$name', ({ changed, want }) => {
    const { loaded } = prepare(settings([folder], changed))
    expect(loaded.assumptions.map(({ what }) => what)).toEqual(want)
  })
})

it('no input and no seatrial.yaml is a problem with what to do', () => {
  const { loaded } = prepare(settings([]))
  expect(loaded.problems).toMatchObject([{ code: 'ST0001' }])
  expect(loaded.objects).toEqual([])
})
