// Releases of the operator: what changed between them as far as the twin can tell, and which one
// a cluster has. Upstream: argocd-operator v0.9.0 to v0.18.0 controllers/argocd/deployment.go.

import type { KubeObject } from '../../kube/object.ts'
import { isObject } from '../../kube/patch/json.ts'

export interface Release {
  /** `0.9`, as minor version. */
  readonly minor: number
  /** Proxies of Redis: as many as Redis servers since v0.15, before that left to the default. */
  readonly setsProxyReplicas: boolean
  /** Proxies are replaced one after the other, none on top, since v0.16. */
  readonly rollsProxyInPlace: boolean
  /**
   * Puts back the affinity of pod templates. No release's code compares it; linode/apl-core#1467
   * saw the operator of v1alpha1 fight a mutator over it, and the twin follows what was seen.
   */
  readonly revertsAffinity: boolean
}

const minorNewest = 18

/** Facts of a minor release `0.N`. */
export function releaseOf(minor: number, isAlpha: boolean): Release {
  return {
    minor,
    setsProxyReplicas: minor >= 15,
    rollsProxyInPlace: minor >= 16,
    revertsAffinity: isAlpha,
  }
}

const image = /(?:^|\/)argocd-operator(?::v?0\.(\d+)(?:\.\d+)?[^@]*)?(?:@.*)?$/

/** Whether a Deployment runs the operator, by the image of one of its containers. */
export function isOperator(deployment: KubeObject): boolean {
  return imagesOf(deployment).some(each => image.test(each))
}

/**
 * The release that acts on a resource: that of the image in the cluster, else the last one of the
 * time of its version: v0.9.0 for v1alpha1, v0.18.0 for v1beta1.
 */
export function releaseFor(resource: KubeObject, itself: KubeObject | undefined): Release {
  const isAlpha = resource.apiVersion.endsWith('/v1alpha1')
  const tagged = (itself === undefined ? [] : imagesOf(itself)).flatMap(
    each => image.exec(each)?.[1] ?? [],
  )
  const minor = tagged[0] === undefined ? (isAlpha ? 9 : minorNewest) : Number(tagged[0])
  return releaseOf(minor, isAlpha)
}

function imagesOf({ spec }: KubeObject): readonly string[] {
  const template = isObject(spec) ? spec['template'] : undefined
  const pod = isObject(template) ? template['spec'] : undefined
  const containers = isObject(pod) ? pod['containers'] : undefined
  if (!Array.isArray(containers)) return []
  return containers.flatMap(each => {
    const named = isObject(each) ? each['image'] : undefined
    return typeof named === 'string' ? [named] : []
  })
}
