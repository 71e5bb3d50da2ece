// The admission plugins in upstream's order. Upstream: pkg/kubeapiserver/options/plugins.go, v1.36.3.

import type { AdmissionPlugin } from '../apiserver/admission.ts'

export const admissionPlugins: readonly AdmissionPlugin[] = []
