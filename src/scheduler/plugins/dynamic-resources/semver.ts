// Semantic versions as device attributes carry them. Upstream: blang/semver v4 Parse, Compare.

export interface Semver {
  readonly numbers: readonly number[]
  readonly pre: readonly string[]
}

const pattern =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/

/** Undefined when the text is no semantic version. */
export function parseSemver(text: string): Semver | undefined {
  const match = pattern.exec(text)
  if (match === null) return undefined
  const [, major, minor, patch, pre] = match
  return {
    numbers: [Number(major), Number(minor), Number(patch)],
    pre: pre === undefined ? [] : pre.split('.'),
  }
}

/** Negative, zero or positive; a pre-release comes before its release. */
export function compareSemver(a: Semver, b: Semver): number {
  for (let index = 0; index < 3; index += 1) {
    const difference = (a.numbers[index] as number) - (b.numbers[index] as number)
    if (difference !== 0) return Math.sign(difference)
  }
  if (a.pre.length === 0 || b.pre.length === 0) return Math.sign(b.pre.length - a.pre.length)
  for (let index = 0; index < Math.min(a.pre.length, b.pre.length); index += 1) {
    const order = comparePre(a.pre[index] as string, b.pre[index] as string)
    if (order !== 0) return order
  }
  return Math.sign(a.pre.length - b.pre.length)
}

/** Numbers come before words and compare as numbers. */
function comparePre(a: string, b: string): number {
  const numeric = /^\d+$/
  const first = numeric.test(a)
  const second = numeric.test(b)
  if (first && second) return Math.sign(Number(a) - Number(b))
  if (first !== second) return first ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}
