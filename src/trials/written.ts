// Fields of objects as users wrote them, which nobody has checked yet: wrong types read as absent.

import type { KubeObject } from '../kube/object.ts'

type Fields = Readonly<Record<string, unknown>>

/** A mapping, or an empty one. */
export function fieldsOf(value: unknown): Fields {
  const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isMapping ? (value as Fields) : {}
}

/** The mappings of a list, or none. */
export function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : []
}

/** The pod spec in a Pod, a workload, a Job or a CronJob; empty in anything else. */
export function podSpecOf({ kind, spec }: KubeObject): Fields {
  if (kind === 'Pod') return fieldsOf(spec)
  const outer = fieldsOf(spec)
  const job = fieldsOf(outer['jobTemplate'])['spec']
  return fieldsOf(fieldsOf(fieldsOf(job ?? outer)['template'])['spec'])
}

/** Where `podSpecOf` finds it in an object of that kind. */
export function podSpecPath(kind: string): string {
  if (kind === 'Pod') return 'spec'
  return kind === 'CronJob' ? 'spec.jobTemplate.spec.template.spec' : 'spec.template.spec'
}
