import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Sandbox, sandbox } from './testing.ts'

let files: Sandbox
beforeEach(() => {
  files = sandbox()
})
afterEach(() => files.remove())

function found(text: string) {
  files.write({ 'a.yaml': text })
  const { suppressions, problems } = files.load(['a.yaml'])
  return {
    told: suppressions.map(({ rule, object, reason }) => `${rule} ${object.name}: ${reason}`),
    lines: suppressions.map(({ location }) => location.line),
    problems: problems.map(({ code, todo }) => `${code} ${todo}`),
  }
}

const object = (name: string, rest = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${rest}`

it('an annotation names rules and reasons', () => {
  const note = `  annotations:\n    seatrial.dev/ignore: ST1101 one licence; ST1301 moved by hand\n`
  expect(found(object('a', note))).toMatchObject({
    told: ['ST1101 a: one licence', 'ST1301 a: moved by hand'],
    lines: [6, 6],
    problems: [],
  })
})

it('a comment belongs to the document that it stands in', () => {
  const text = `# seatrial:ignore ST1101 first\n${object('a')}---\n${object('b')}# seatrial:ignore ST0150 by hand\n`
  expect(found(text)).toMatchObject({
    told: ['ST1101 a: first', 'ST0150 b: by hand'],
    lines: [1, 11],
  })
})

it('a comment in a list belongs to its item', () => {
  const item = (name: string): string =>
    `- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: ${name}\n`
  const text = `apiVersion: v1\nkind: List\nitems:\n${item('a')}  # seatrial:ignore ST1101 why\n${item('b')}`
  expect(found(text).told).toHaveLength(1)
})

it.each([
  { text: 'ST1101', want: 'ST0160 write why behind it' },
  { text: 'ST1201 why', want: 'ST0160 did you mean ST1' },
  { text: 'everything', want: 'ST0160 name a rule first' },
])('"$text" is none', ({ text, want }) => {
  const { told, problems } = found(`# seatrial:ignore ${text}\n${object('a')}`)
  expect(told).toEqual([])
  expect(problems[0]).toContain(want)
})
