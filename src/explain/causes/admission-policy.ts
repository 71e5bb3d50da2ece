// The admission policy that refuses an object, and its binding, where they are written.

import { refOf } from '../../trials/voyage.ts'
import { refText } from '../../checks/life.ts'
import type { CauseFinder } from './cause-finder.ts'

/** How the API server names both. Upstream: apiserver pkg/admission/plugin/policy/validating. */
const denial = /ValidatingAdmissionPolicy '([^']+)' with binding '([^']+)' denied request/

export const admissionPolicy = {
  name: 'admission-policy',
  doc: 'The admission policy that refuses an object, and its binding, where they are written.',
  find: ({ incident, platform }) => {
    const [, policy, binding] = denial.exec(incident.message ?? '') ?? []
    if (policy === undefined || binding === undefined) return []
    const wanted = [
      { name: `ValidatingAdmissionPolicy ${policy}`, path: 'spec.validations' },
      { name: `ValidatingAdmissionPolicyBinding ${binding}`, path: 'spec' },
    ]
    const locations = wanted.flatMap(({ name, path }) => {
      const written = platform.objects.find(({ object }) => refText(refOf(object)) === name)
      return written === undefined ? [] : [written.locate(path)]
    })
    const text = `ValidatingAdmissionPolicy ${policy} refuses it, bound by ${binding}`
    return [{ code: 'policy-refuses', text, facts: { policy, binding }, locations, writers: [] }]
  },
} satisfies CauseFinder
