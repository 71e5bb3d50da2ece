// Conditions on whether parts of a location exist in the object.
// Port of gatekeeper v3.23.1 pkg/mutation/path/tester.

import { goQuote } from '../../kube/go-text.ts'
import { type Path, pathText, sameNode } from './location.ts'
import { MutationError } from './mutation-error.ts'

export interface PathTest {
  readonly subPath: Path
  /** `MustExist`, `MustNotExist`; any other text holds in neither case. */
  readonly condition: string
}

/** The condition of each depth of a path that has one. */
export type PathTests = ReadonlyMap<number, string>

/** Checks that the tests belong to the location and do not contradict each other. */
export function pathTestsOf(location: Path, tests: readonly PathTest[]): PathTests {
  for (const { subPath } of tests) {
    if (isPrefix(subPath, location)) continue
    const [sub, whole] = [quotedPath(subPath), quotedPath(location)]
    const rule = 'all subpaths must be a prefix of the `location` value of the mutation'
    throw new MutationError(`${rule}: subpath ${sub} is not a prefix of location ${whole}`)
  }
  const byDepth = new Map<number, string>()
  for (const { subPath, condition } of tests) byDepth.set(subPath.length - 1, condition)
  for (const { subPath, condition } of tests) {
    if (byDepth.get(subPath.length - 1) === condition) continue
    const path = quotedPath(subPath)
    throw conflicting(`path ${path} is marked both MustExist and MustNotExist`)
  }
  checkOrder(tests)
  return byDepth
}

/**
 * Upstream means that nothing may be required below what is forbidden, but compares positions in
 * the list of tests and then takes them for depths: the message may name no path at all.
 */
function checkOrder(tests: readonly PathTest[]): void {
  const isMustNot = ({ condition }: PathTest): boolean => condition === 'MustNotExist'
  const isMust = ({ condition }: PathTest, index: number): boolean =>
    condition === 'MustExist' && index > 0
  const lowestMustNot = tests.findIndex(isMustNot)
  const highestMust = Math.max(0, tests.findLastIndex(isMust))
  if (lowestMustNot < 0 || highestMust <= lowestMustNot) return
  const atDepth = (depth: number): string => {
    const found = tests.findLast(({ subPath }) => subPath.length - 1 === depth)
    return found === undefined ? '<nil>' : quotedPath(found.subPath)
  }
  throw conflicting(
    `path ${atDepth(highestMust)} is marked MustExist but parent ${atDepth(lowestMustNot)} MustNotExist`,
  )
}

function conflicting(why: string): MutationError {
  return new MutationError(`conflicting path test conditions: ${why}`)
}

function quotedPath(path: Path): string {
  return goQuote(pathText(path))
}

function isPrefix(short: Path, long: Path): boolean {
  return short.every((node, index) => {
    const other = long[index]
    return other !== undefined && sameNode(node, other)
  })
}

/** Whether the tests allow that something exists at the depth. */
export function existsOkay(tests: PathTests, depth: number): boolean {
  if (tests.size === 0) return true
  const condition = tests.get(depth)
  return condition === undefined || condition === 'MustExist'
}

/** Whether the tests allow that nothing exists at the depth. */
export function missingOkay(tests: PathTests, depth: number): boolean {
  if (tests.size === 0) return true
  const condition = tests.get(depth)
  return condition === undefined || condition === 'MustNotExist'
}
