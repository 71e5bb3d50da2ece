// Versions of k3s: `v1.33.4+k3s1`.

export interface K3sVersion {
  readonly minor: number
  readonly patch: number
  /** As written. */
  readonly text: string
}

/** The version that a text names, or undefined. */
export function k3sVersion(text: string): K3sVersion | undefined {
  const match = /^v?1\.(\d+)\.(\d+)(?:-[\w.]+)?(?:\+k3s\d+)?$/.exec(text.trim())
  if (match === null) return undefined
  return { minor: Number(match[1]), patch: Number(match[2]), text: text.trim() }
}

/** The first release of each minor that has a change; later minors have it, earlier ones not. */
export type Since = Readonly<Record<number, number>>

/** Whether a version has a change. */
export function hasSince({ minor, patch }: K3sVersion, since: Since): boolean {
  const first = since[minor]
  if (first !== undefined) return patch >= first
  return minor > Math.max(...Object.keys(since).map(Number))
}
