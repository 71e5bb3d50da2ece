// Every active namespace has a ConfigMap with the certificate of the API server, which pods mount.
// Upstream: pkg/controller/certificates/rootcacertpublisher/publisher.go, v1.36.3.

import type { ConfigMap, Namespace } from '../kube/generated/types.ts'
import { keyFrom, splitKey } from '../kube/object.ts'
import { sameValue } from './equality.ts'
import { errorText, isNamespaceTerminating, isNotFound } from './failures.ts'
import { type Controller, done } from './framework.ts'

const mapName = 'kube-root-ca.crt'

/** No certificate: nothing in the twin looks at one. */
const data = { 'ca.crt': '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n' }

export const rootCertificate = {
  name: 'root-ca-certificate-publisher-controller',
  doc: 'Keeps the ConfigMap kube-root-ca.crt of each namespace as it should be.',
  watches: [
    { kind: 'Namespace', keys: ({ key, after }) => (after === undefined ? [] : [key]) },
    {
      kind: 'ConfigMap',
      keys: ({ key, before }) => {
        const { namespace = '', name } = splitKey(key)
        return before !== undefined && name === mapName ? [namespace] : []
      },
    },
  ],
  *reconcile(key, api) {
    const namespace = yield* api.get<Namespace>('Namespace', key)
    if (namespace?.status?.phase !== 'Active') return done
    const known = yield* api.get<ConfigMap>('ConfigMap', keyFrom(key, mapName))
    if (known !== undefined && sameValue(known.data, data)) return done
    const metadata = { ...known?.metadata, name: mapName, namespace: key }
    const map = { ...known, apiVersion: 'v1', kind: 'ConfigMap', metadata, data }
    const answer = yield* known === undefined ? api.create(map) : api.update(map)
    const isOver = !answer.ok && (isNotFound(answer) || isNamespaceTerminating(answer))
    return answer.ok || isOver ? done : { error: errorText(answer) }
  },
} satisfies Controller
