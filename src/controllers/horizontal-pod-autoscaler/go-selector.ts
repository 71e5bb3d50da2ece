// A label selector as Go prints a pointer to it: the generated String method of the type.
// Upstream: apimachinery pkg/apis/meta/v1/generated.pb.go, v0.36.3.

import { sortedStrings } from '../../base/compare.ts'
import type { LabelSelector } from '../../kube/generated/types.ts'

/** `&LabelSelector{MatchLabels:map[string]string{a: b,},MatchExpressions:[…]{},}`, or `nil`. */
export function goStruct(selector: LabelSelector | undefined): string {
  if (selector === undefined) return 'nil'
  const labels = selector.matchLabels ?? {}
  const pairs = sortedStrings(Object.keys(labels)).map(key => `${key}: ${labels[key]},`)
  const rules = (selector.matchExpressions ?? []).map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  )
  return (
    `&LabelSelector{MatchLabels:map[string]string{${pairs.join('')}},` +
    `MatchExpressions:[]LabelSelectorRequirement{${rules.join('')}},}`
  )
}
