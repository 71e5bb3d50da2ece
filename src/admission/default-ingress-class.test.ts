import { expect, it } from 'vitest'
import { defaultIngressClass } from './default-ingress-class.ts'
import { created, object } from './testing.ts'

it('gives an ingress without a class the default one', () => {
  const annotations = { 'ingressclass.kubernetes.io/is-default-class': 'true' }
  const ingressClass = object('networking.k8s.io/v1', 'IngressClass', 'nginx')
  const spec = { controller: 'k8s.io/ingress-nginx' }
  const marked = { ...ingressClass, metadata: { name: 'nginx', annotations }, spec }
  const backend = { service: { name: 's', port: { number: 80 } } }
  const ingress = object('networking.k8s.io/v1', 'Ingress', 'i', {
    spec: { defaultBackend: backend },
  })
  expect(created([defaultIngressClass], marked, ingress)).toMatchObject({
    object: { spec: { ingressClassName: 'nginx' } },
  })
})
