// Every active namespace has the ServiceAccount `default`.
// Upstream: pkg/controller/serviceaccount/serviceaccounts_controller.go, v1.36.3.

import type { Namespace } from '../kube/generated/types.ts'
import { keyFrom, splitKey } from '../kube/object.ts'
import { errorText, isAlreadyExists, isNamespaceTerminating } from './failures.ts'
import { type Controller, done } from './framework.ts'

const accountName = 'default'

export const serviceAccount = {
  name: 'service-account-controller',
  doc: 'Makes the ServiceAccount `default` of each namespace, again when it is deleted.',
  watches: [
    { kind: 'Namespace', keys: ({ key, after }) => (after === undefined ? [] : [key]) },
    {
      kind: 'ServiceAccount',
      keys: ({ key, after }) => {
        const { namespace = '', name } = splitKey(key)
        return after === undefined && name === accountName ? [namespace] : []
      },
    },
  ],
  *reconcile(key, api) {
    const namespace = yield* api.get<Namespace>('Namespace', key)
    if (namespace?.status?.phase !== 'Active') return done
    const known = yield* api.get('ServiceAccount', keyFrom(key, accountName))
    if (known !== undefined) return done
    const metadata = { name: accountName, namespace: key }
    const answer = yield* api.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata })
    if (answer.ok || isAlreadyExists(answer) || isNamespaceTerminating(answer)) return done
    return { error: errorText(answer) }
  },
} satisfies Controller
