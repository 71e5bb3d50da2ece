// Kinds whose served versions differ in more than their name: how each becomes the stored one.

import type { KubeObject } from '../object.ts'
import { autoscalerFromV1, autoscalerToV1 } from './autoscaling-v1.ts'

interface Conversion {
  readonly toStored: (object: KubeObject) => KubeObject
  readonly fromStored: (object: KubeObject) => KubeObject
}

const conversions: Readonly<Record<string, Conversion>> = {
  'autoscaling/v1 HorizontalPodAutoscaler': {
    toStored: autoscalerFromV1,
    fromStored: autoscalerToV1,
  },
}

function conversionOf(apiVersion: string, kind: string): Conversion | undefined {
  return conversions[`${apiVersion} ${kind}`]
}

/** The object in the version that is stored; the same reference for most kinds. */
export function storedForm(object: KubeObject): KubeObject {
  return conversionOf(object.apiVersion, object.kind)?.toStored(object) ?? object
}

/** The stored object as a client of another version reads it. */
export function servedForm(object: KubeObject, apiVersion: string): KubeObject {
  if (object.apiVersion === apiVersion) return object
  return conversionOf(apiVersion, object.kind)?.fromStored(object) ?? object
}
