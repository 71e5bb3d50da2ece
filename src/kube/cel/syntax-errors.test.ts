import { expect, it } from 'vitest'
import { admissionEnvironment } from './admission-environment.ts'
import { compile } from './compile.ts'

/** The first line of the complaint. */
function complaint(text: string): string {
  const compiled = compile(text, admissionEnvironment({}))
  return compiled.ok ? 'none' : (compiled.error.split('\n')[0] ?? '')
}

const head = 'compilation failed: ERROR: <input>:'

// Recorded from k8s.io/apiserver v0.36.3.
it.each([
  ['a b', "1:3: Syntax error: extraneous input 'b' expecting <EOF>"],
  ['"abc', "1:1: Syntax error: token recognition error at: '\"abc'"],
  ['1 & 2', "1:3: Syntax error: token recognition error at: '& '"],
  ['[1, 2', "1:6: Syntax error: mismatched input '<EOF>' expecting {']', ','}"],
])('%s', (text, message) => {
  expect(complaint(text)).toBe(head + message)
})

it('says where an expression of several lines is wrong', () => {
  expect(complaint('object.spec.replicas > 1 &&\nobject.spec.replicas <')).toContain('2:23: ')
})
