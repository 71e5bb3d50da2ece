// Compares two JSON values and says where they differ; a key with undefined counts as absent.

export interface DifferentPath {
  readonly path: string
  readonly want: string
  readonly got: string
}

const pathsMax = 5

/** The first places where `got` is not `want`; empty when both are equal. */
export function differences(want: unknown, got: unknown): readonly DifferentPath[] {
  const found: DifferentPath[] = []
  walk({ want, got }, '', found)
  return found
}

interface Pair {
  readonly want: unknown
  readonly got: unknown
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function walk({ want, got }: Pair, path: string, found: DifferentPath[]): void {
  if (found.length >= pathsMax || want === got) return
  if (Array.isArray(want) && Array.isArray(got)) {
    for (let index = 0; index < Math.max(want.length, got.length); index += 1) {
      walk({ want: want[index], got: got[index] }, `${path}[${index}]`, found)
    }
  } else if (isObject(want) && isObject(got)) {
    for (const key of new Set([...Object.keys(want), ...Object.keys(got)])) {
      walk({ want: want[key], got: got[key] }, path === '' ? key : `${path}.${key}`, found)
    }
  } else {
    found.push({ path, want: shown(want), got: shown(got) })
  }
}

function shown(value: unknown): string {
  return value === undefined ? '(absent)' : JSON.stringify(value)
}
