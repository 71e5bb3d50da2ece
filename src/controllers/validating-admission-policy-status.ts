// Says in the status of a policy which of its expressions do not fit the kinds it is for.
// Upstream: pkg/controller/validatingadmissionpolicystatus/controller.go, v1.36.3.

import { cel } from '../kube/cel/provider.ts'
import type {
  CustomResourceDefinition,
  ValidatingAdmissionPolicy,
} from '../kube/generated/types.ts'
import { errorText } from './failures.ts'
import { type Controller, done } from './framework.ts'

export const validatingAdmissionPolicyStatus = {
  name: 'validatingadmissionpolicy-status',
  doc: 'Checks the types of the expressions of policies, once for each generation.',
  watches: [
    {
      kind: 'ValidatingAdmissionPolicy',
      keys: ({ key, after }) => (after === undefined ? [] : [key]),
    },
  ],
  *reconcile(key, api) {
    const policy = yield* api.get<ValidatingAdmissionPolicy>('ValidatingAdmissionPolicy', key)
    const { spec, status, metadata } = policy ?? {}
    const generation = metadata?.generation ?? 0
    if (policy === undefined || spec === undefined) return done
    if (generation <= (status?.observedGeneration ?? 0)) return done
    const definitions = yield* api.list<CustomResourceDefinition>('CustomResourceDefinition')
    const warnings = cel().expressionWarnings(spec, definitions)
    // Upstream applies: what is not named goes.
    const typeChecking = { expressionWarnings: warnings.length === 0 ? null : warnings }
    const patch = { status: { observedGeneration: generation, typeChecking } }
    const answer = yield* api.patchStatus(policy, 'merge', patch)
    return answer.ok ? done : { error: errorText(answer) }
  },
} satisfies Controller
