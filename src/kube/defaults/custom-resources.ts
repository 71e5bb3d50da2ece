// Defaults of definitions of custom resources.
// Upstream: k8s.io/apiextensions-apiserver v0.36.3 pkg/apis/apiextensions/v1/defaults.go.

import type { CustomResourceDefinition } from '../generated/types.ts'
import type { KubeObject } from '../object.ts'
import { withAbsent, withChanged, withUnset } from './setting.ts'

export function definitionDefaults(object: KubeObject): KubeObject {
  return withChanged(object as CustomResourceDefinition, 'spec', spec => {
    const kind = spec.names?.kind ?? ''
    const list = kind === '' ? {} : { listKind: `${kind}List` }
    const named = withChanged(spec, 'names', names =>
      withUnset(names, { singular: kind.toLowerCase(), ...list }),
    )
    const converted = withAbsent(named, { conversion: { strategy: 'None' } })
    return withChanged(converted, 'conversion', conversion =>
      withChanged(conversion, 'webhook', webhook =>
        withChanged(webhook, 'clientConfig', client =>
          withChanged(client, 'service', service => withAbsent(service, { port: 443 })),
        ),
      ),
    )
  })
}
