// Anti-affinity as a wish: pods are spread where they can be, and share a node where they must.

import { pathParts, valueAt } from '../kube/field-path.ts'
import { objectOf, type Remedy } from './framework.ts'

const required = 'requiredDuringSchedulingIgnoredDuringExecution'
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution'
const weightMax = 100

export const relaxAntiAffinity = {
  name: 'relax-anti-affinity',
  doc: 'Turns a required anti-affinity into a preferred one.',
  kind: 'suggestion',
  handles: ({ code }) => code === 'replicas-exceed-domains',
  propose: ask => {
    const { cause, written } = ask
    const { term } = cause.facts
    if (typeof term !== 'string') return []
    const parts = pathParts(term)
    const index = Number(parts.at(-1))
    const path = term.slice(0, term.indexOf(`.${required}`))
    const rule = valueAt(written, pathParts(path))
    const podAffinityTerm = valueAt(written, parts)
    if (typeof rule !== 'object' || rule === null || podAffinityTerm === undefined) return []
    const { [required]: hard, [preferred]: soft, ...others } = rule as Record<string, unknown>
    const rest = listOf(hard).filter((_, at) => at !== index)
    const value = {
      ...others,
      ...(rest.length > 0 && { [required]: rest }),
      [preferred]: [...listOf(soft), { weight: weightMax, podAffinityTerm }],
    }
    return [
      {
        summary: 'podAntiAffinity preferred instead of required',
        cost: 'two of the pods may share a node, and its loss takes both',
        fields: [{ object: objectOf(ask), path, value }],
        pools: [],
      },
    ]
  },
} satisfies Remedy

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
