import { expect, it } from 'vitest'
import { reportProblem } from '../explain/problems.ts'
import { problemText } from './problem.ts'
import { context } from './testing.ts'

it('a problem says what, where, why and what to do, once', () => {
  const flat = reportProblem({
    code: 'ST0106',
    severity: 'error',
    location: { file: 'deploy/web.yaml', line: 7, column: 3, path: 'spec.replicas' },
    object: 'Deployment shop/web',
    what: 'this key is given twice',
    why: 'only one of them can hold',
    todo: 'remove one',
  })
  expect(problemText(flat, context)).toBe(`✗ ST0106 Deployment shop/web: this key is given twice
   deploy/web.yaml:7:3
      spec:
        replicas: 3   ← here
  because  only one of them can hold
  to do    remove one
`)
})

it('a problem without a place is one line', () => {
  const flat = reportProblem({ code: 'ST0001', severity: 'warning', what: 'odd' })
  expect(problemText(flat, context)).toBe('! ST0001 odd\n')
})
