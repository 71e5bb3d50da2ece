import { expect, it } from 'vitest'
import { fakeIo, typed } from './testing.ts'

it.each(['', '--help', '-h', 'help'])('"%s" shows help on stdout', async line => {
  const { out, err, status } = await typed(line)
  expect(out).toMatch(/^Usage: seatrial COMMAND/)
  expect(err).toBe('')
  expect(status).toBe(0)
})

it.each(['check', 'trial', 'size', 'explain', 'version'])('%s has its own help', async name => {
  const { out, status } = await typed(`${name} --help`)
  expect(out).toContain(`Usage: seatrial ${name}`)
  expect(out).toContain('Examples:')
  expect(status).toBe(0)
})

const wrong = [
  { line: 'chekc x', want: 'Did you mean seatrial check?' },
  { line: './deploy', want: 'To check files: seatrial check ./deploy' },
  { line: 'check --ndoes 3', want: '(Did you mean --nodes?)' },
  { line: 'check --nodes', want: "option '--nodes <N>' argument missing" },
  { line: 'version x', want: 'too many arguments' },
  { line: 'check --max-nodes 3', want: 'It is a flag of size' },
  { line: 'check --report', want: 'See seatrial check --help' },
]
it.each(wrong)('"$line" is told what is meant', async ({ line, want }) => {
  const { err, out, status } = await typed(line)
  expect(err).toContain(want)
  expect(err).toMatch(/^seatrial: /)
  expect(out).toBe('')
  expect(status).toBe(2)
})

it('is called kubectl seatrial when kubectl calls it', async () => {
  const io = { ...fakeIo(), invocation: 'kubectl seatrial' }
  await typed('check --help', io)
  expect(io.written.out).toContain('Usage: kubectl seatrial check')
  expect(io.written.out).toContain('kubectl seatrial check ./deploy')
})

it.each([
  { line: 'check no/such/path --color foo', want: '--color does not know "foo"' },
  { line: 'check -v=foo no/such/path', want: '-v: "foo" is not a whole number from 0 to 10' },
])('"$line" is a word that is not known', async ({ line, want }) => {
  const { err, status } = await typed(line)
  expect(err).toContain(want)
  expect(err).not.toContain('ST0101')
  expect(status).toBe(2)
})

it('--color before a path means always', async () => {
  const { err } = await typed('check --color no/such/path')
  expect(err).toContain('ST0101')
})

it.each([{ letters: '-v' }, { letters: '-v=4' }, { letters: '-v4' }])(
  '$letters is a level as in kubectl and takes no path',
  async ({ letters }) => {
    const { err, status } = await typed(`check ${letters} no/such/path`)
    expect(err).toContain('no/such/path')
    expect(status).toBe(2)
  },
)

it.each(['size x', 'explore x', 'trial x', 'survive x', 'version'])(
  '%s refuses a format that it does not have, and offers none in its help',
  async name => {
    const { err, status } = await typed(`${name} -o sarif`)
    expect(err).toContain('--output does not know "sarif"')
    expect(status).toBe(2)
    const help = await typed(`${name} --help`)
    expect(help.out).not.toContain('sarif')
  },
)
