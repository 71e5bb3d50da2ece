// DefaultIngressClass fills in the class of ingresses that name none.
// Upstream: plugin/pkg/admission/network/defaultingressclass/admission.go, v1.36.3.

import type { AdmissionContext, AdmissionPlugin } from '../apiserver/admission.ts'
import { compareStrings } from '../base/compare.ts'
import type { Ingress, IngressClass } from '../kube/generated/types.ts'

const mark = 'ingressclass.kubernetes.io/is-default-class'

/** The default class; of several, the newest, then the first by name. */
function defaultClassName(context: AdmissionContext): string | undefined {
  const classes = (context.list('IngressClass') as readonly IngressClass[]).filter(
    each => each.metadata.annotations?.[mark] === 'true',
  )
  const [first] = [...classes].sort((a, b) => {
    const newest = compareStrings(
      b.metadata.creationTimestamp ?? '',
      a.metadata.creationTimestamp ?? '',
    )
    return newest === 0 ? compareStrings(a.metadata.name ?? '', b.metadata.name ?? '') : newest
  })
  return first?.metadata.name
}

export const defaultIngressClass = {
  name: 'DefaultIngressClass',
  doc: 'Gives an Ingress without a class the default IngressClass.',
  kinds: ['Ingress'],
  operations: ['create'],
  admit: ({ object }, context) => {
    const ingress = object as Ingress
    const annotated = ingress.metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined
    if (annotated || ingress.spec?.ingressClassName !== undefined) return ingress
    const ingressClassName = defaultClassName(context)
    return ingressClassName === undefined
      ? ingress
      : { ...ingress, spec: { ...ingress.spec, ingressClassName } }
  },
} satisfies AdmissionPlugin
