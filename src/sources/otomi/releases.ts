// Releases of Otomi, later APL: how platform workloads get to their nodes in each of them.
// Upstream: linode/apl-core b83eec4 (v2.4.0), 8a15029 (v2.8.1), c98f7fe (v2.10.0), 07636a5
// (v3.0.0).

export interface Release {
  /** `v2.8.1`. */
  readonly text: string
  /** Who places platform workloads: mutators of Gatekeeper, or a policy of Kyverno. */
  readonly by: 'gatekeeper' | 'kyverno'
  /**
   * What the mutations do about the namespace argocd. `ignored`: nothing. `listed`: one list, of
   * teams and argocd, is what platform mutations leave out and what the team mutation takes in.
   * `excluded`: platform mutations leave it out, the team mutation names teams only.
   */
  readonly argocd: 'ignored' | 'listed' | 'excluded'
  /** Argo CD comes from its operator's resource; from v2.10.0 on from its own chart. */
  readonly hasArgoCdResource: boolean
  /** The resource has nodePlacement. */
  readonly placesArgoCd: boolean
}

type Version = readonly [number, number, number]

const rows: readonly (Omit<Release, 'text'> & { readonly since: Version })[] = [
  {
    since: [0, 17, 0],
    by: 'gatekeeper',
    argocd: 'ignored',
    hasArgoCdResource: true,
    placesArgoCd: false,
  },
  {
    since: [2, 4, 0],
    by: 'gatekeeper',
    argocd: 'listed',
    hasArgoCdResource: true,
    placesArgoCd: true,
  },
  {
    since: [2, 8, 1],
    by: 'gatekeeper',
    argocd: 'excluded',
    hasArgoCdResource: true,
    placesArgoCd: true,
  },
  {
    since: [2, 10, 0],
    by: 'gatekeeper',
    argocd: 'excluded',
    hasArgoCdResource: false,
    placesArgoCd: false,
  },
  {
    since: [3, 0, 0],
    by: 'kyverno',
    argocd: 'excluded',
    hasArgoCdResource: false,
    placesArgoCd: false,
  },
]

/** What is taken where values name no release. */
export const releaseAssumed = { earlier: 'v2.8.1', later: 'v6.2.1' } as const

/** The release of a text such as `v2.8.0`; undefined for branches and the like, and for too old. */
export function releaseOf(text: string): Release | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)(?:-.*)?$/.exec(text)
  if (match === null) return undefined
  const version: Version = [Number(match[1]), Number(match[2]), Number(match[3])]
  const row = rows.findLast(({ since }) => isAtLeast(version, since))
  return row === undefined ? undefined : { ...row, text: `v${version.join('.')}` }
}

function isAtLeast(version: Version, since: Version): boolean {
  for (const [index, part] of since.entries()) {
    const own = version[index] as number
    if (own !== part) return own > part
  }
  return true
}
