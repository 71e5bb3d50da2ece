// Regular expressions in RE2 syntax and linear time. Upstream: Go regexp.

import { RE2JS } from 're2js'
import { CelError } from './values.ts'

const compiled = new Map<string, RE2JS | string>()
const compiledMax = 1024

/** The pattern, or Go's complaint about it. */
function compile(pattern: string): RE2JS | string {
  const known = compiled.get(pattern)
  if (known !== undefined) return known
  if (compiled.size >= compiledMax) compiled.clear()
  const result = compileNew(pattern)
  compiled.set(pattern, result)
  return result
}

function compileNew(pattern: string): RE2JS | string {
  try {
    return RE2JS.compile(pattern)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** What is wrong with a pattern; undefined when nothing is. */
export function patternError(pattern: string): string | undefined {
  const result = compile(pattern)
  return typeof result === 'string' ? result : undefined
}

/** Whether the pattern occurs anywhere in the text. */
export function matches(text: string, pattern: string): boolean | CelError {
  const result = compile(pattern)
  return typeof result === 'string' ? new CelError(result) : result.matcher(text).find()
}

/** The first `limit` matches, all when it is negative. */
export function findAll(text: string, pattern: string, limit: number): string[] | CelError {
  const result = compile(pattern)
  if (typeof result === 'string') return new CelError(`Illegal regex: ${result}`)
  const found: string[] = []
  const matcher = result.matcher(text)
  let end = -1
  while ((limit < 0 || found.length < limit) && matcher.find()) {
    const match = matcher.group() ?? ''
    // An empty match right behind another one does not count.
    if (match !== '' || matcher.start() !== end) found.push(match)
    end = matcher.end()
  }
  return found
}
