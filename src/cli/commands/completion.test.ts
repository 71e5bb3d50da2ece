import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { reporters } from '../../reports/registry.ts'
import { standardTrialNames } from '../../trials/registry.ts'
import { shells } from '../completion.ts'
import { type Flag, flags } from '../flags.ts'
import { survivalReporters } from '../../reports/survival/registry.ts'
import { typed } from '../testing.ts'
import { survive } from './survive.ts'

async function script(shell: string): Promise<string> {
  return (await typed(`completion ${shell}`)).out
}

/** What bash proposes for a line that is being typed. */
async function proposed(line: string): Promise<readonly string[]> {
  const words = line.split(' ')
  const typedWords = words.map(word => `'${word}'`).join(' ')
  const run = `${await script('bash')}
COMP_WORDS=(${typedWords}); COMP_CWORD=${words.length - 1}; _seatrial; echo "\${COMPREPLY[@]}"`
  const { stdout, stderr } = spawnSync('bash', ['-c', run], { encoding: 'utf8' })
  expect(stderr).toBe('')
  return stdout.trim().split(' ')
}

describe('completion', () => {
  it.each([
    { line: 'seatrial ch', want: ['check'] },
    { line: 'seatrial check --node', want: ['--nodes', '--node-size'] },
    { line: 'seatrial check --color ', want: ['always', 'never', 'auto'] },
    { line: 'seatrial check -o js', want: ['json', 'jsonpath='] },
    { line: 'seatrial completion ', want: ['--help', 'bash', 'zsh', 'fish'] },
    { line: 'seatrial check ./dep', want: [''] },
  ])('bash proposes for "$line": $want', async ({ line, want }) => {
    const words = await proposed(line)
    expect(want.filter(word => !words.includes(word))).toEqual([])
  })

  it.each(shells)('the script for %s names every command', async shell => {
    const text = await script(shell)
    for (const name of ['check', 'trial', 'size', 'fix', 'explain']) expect(text).toContain(name)
  })

  it.each(['zsh', 'fish'])(
    'the script for %s is read by it, where it is installed',
    async shell => {
      if (spawnSync(shell, ['--version']).status !== 0) return
      const { status } = spawnSync(shell, ['-n', '-c', await script(shell)])
      expect(status).toBe(0)
    },
  )

  it.each([
    { line: 'completion bsh', want: 'did you mean bash?' },
    { line: 'completion powershell', want: 'there are bash, zsh, fish' },
  ])('$line: $want', async ({ line, want }) => {
    const { err, status } = await typed(line)
    expect(err).toContain(want)
    expect(status).toBe(2)
  })
})

it('values of flags are those that are known', () => {
  const valuesOf = (name: string) =>
    (flags as readonly Flag[]).find(flag => flag.name === name)?.values ?? []
  expect(valuesOf('trials')).toEqual(standardTrialNames)
  const plain = valuesOf('output').map(value => value.replace('=', ''))
  expect([...plain].sort()).toEqual([...reporters.keys()].sort())
})

it('survive offers its own formats, and those made of its document', () => {
  const formats = survive.outputs.filter(format => format !== 'jsonpath=')
  expect([...formats].sort()).toEqual([...survivalReporters.keys()].sort())
})
