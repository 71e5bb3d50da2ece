// Defaulting functions by kind key. Upstream: pkg/apis/*/v1/zz_generated.defaults.go, v1.36.3.

import type { KubeObject } from '../object.ts'

/** Gives the same reference when every default is already there. */
export type Defaulter = (object: KubeObject) => KubeObject

const byKind: Readonly<Record<string, Defaulter>> = {}

/** The object with the defaults of its kind. */
export function applyDefaults(key: string, object: KubeObject): KubeObject {
  const defaulter = byKind[key]
  return defaulter === undefined ? object : defaulter(object)
}
