// What the rest of the twin uses of the engine. It is asked for with `cel()` of provider.ts.

export { authorizerValue, requestResourceValue } from './library/authorization.ts'
export { jsonOf, PartialObject, PatchOperation } from './patch-types.ts'
export {
  evaluateAll,
  matchConditionBudget,
  PolicyCompiler,
  policyBudget,
} from './policy-program.ts'
export { compileRules } from './schema-rules.ts'
export { occurrencesMax, sizesOf } from './schema-sizes.ts'
export { deviceProgram, deviceValue } from './device-program.ts'
export { resourceErrors } from '../custom/check-resource.ts'
export { defaultErrors } from '../custom/default-errors.ts'
export { patternError } from './regex.ts'
export { expressionWarnings } from './type-checking.ts'
export { CelError } from './values.ts'
