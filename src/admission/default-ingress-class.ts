// DefaultIngressClass fills in the class of ingresses that name none.
// Upstream: plugin/pkg/admission/network/defaultingressclass/admission.go, v1.36.3.

import type { AdmissionPlugin } from '../apiserver/admission.ts'
import type { Ingress } from '../kube/generated/types.ts'
import { defaultClassName } from './default-class.ts'

const marks = ['ingressclass.kubernetes.io/is-default-class']

export const defaultIngressClass = {
  name: 'DefaultIngressClass',
  doc: 'Gives an Ingress without a class the default IngressClass.',
  kinds: ['Ingress'],
  operations: ['create'],
  admit: ({ object }, context) => {
    const ingress = object as Ingress
    const annotated = ingress.metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined
    if (annotated || ingress.spec?.ingressClassName !== undefined) return ingress
    const ingressClassName = defaultClassName(context, 'IngressClass', marks)
    return ingressClassName === undefined
      ? ingress
      : { ...ingress, spec: { ...ingress.spec, ingressClassName } }
  },
} satisfies AdmissionPlugin
