import { afterEach, beforeEach, expect, it } from 'vitest'
import { parseSelector } from '../kube/label-selector-text.ts'
import { namesOf, type Sandbox, sandbox } from './testing.ts'

let files: Sandbox
beforeEach(() => {
  files = sandbox()
})
afterEach(() => files.remove())

const labelled = (name: string, app: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, labels: {app: ${app}}}\n`

function chosen(text: string) {
  files.write({ 'a.yaml': `${labelled('a', 'web')}---\n${labelled('b', 'db')}` })
  const selector = parseSelector(text)
  if (!selector.ok) throw new Error(selector.error)
  return files.load(['a.yaml'], { selector: selector.value })
}

it.each([
  { text: 'app=web', want: ['ConfigMap default/a'] },
  { text: 'app!=web', want: ['ConfigMap default/b'] },
  { text: 'app in (web,db)', want: ['ConfigMap default/a', 'ConfigMap default/b'] },
])('-l $text', ({ text, want }) => {
  expect(namesOf(chosen(text))).toEqual(want)
})

it('a selector that leaves nothing says so', () => {
  const [problem] = chosen('app=cache').problems
  expect(problem).toMatchObject({ code: 'ST0110', todo: 'correct --selector, or leave it away' })
})
