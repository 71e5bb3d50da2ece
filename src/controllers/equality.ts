// Equality as the API server means it, under the name that controllers use.
// Upstream: apimachinery pkg/api/equality (Semantic.DeepEqual), v0.36.3.

export { semanticEqual as sameValue } from '../apiserver/equality.ts'
