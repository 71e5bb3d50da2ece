// What kube-controller-manager 1.36.3 wrote into status.typeChecking of these policies.

import { describe, expect, it } from 'vitest'
import recorded from '../../../corpus/type-checking.json' with { type: 'json' }
import type { ValidatingAdmissionPolicySpec } from '../generated/types.ts'
import { expressionWarnings } from './type-checking.ts'

const custom = { kindOf: () => undefined, schemaOf: () => undefined }

describe('type checking of policies', () => {
  it.each(recorded)('$name', ({ spec, expressionWarnings: want }) => {
    expect(expressionWarnings(spec as ValidatingAdmissionPolicySpec, custom)).toEqual(want)
  })
})
