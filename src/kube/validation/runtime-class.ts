// RuntimeClasses. Upstream: pkg/apis/node/validation/validation.go, v1.36.3.

import { dns1123LabelErrors } from '../formats.ts'
import type { RuntimeClass, Toleration } from '../generated/types.ts'
import type { KubeObject } from '../object.ts'
import { checkLabels, type Errors, immutableText, refuse, subdomainName } from './checks.ts'
import { duplicate, invalid, required } from './field-error.ts'
import { checkCustomMeta } from './meta.ts'
import { checkContainerResourceName, checkResources } from './pod/resources.ts'
import { checkTolerations } from './pod/scheduling.ts'

export function checkRuntimeClass(errors: Errors, object: KubeObject): void {
  checkCustomMeta(errors, object.metadata, false, subdomainName)
  const { handler = '', overhead, scheduling } = object as RuntimeClass
  if (handler === '') errors.push(required('handler', ''))
  else refuse(errors, 'handler', handler, dns1123LabelErrors(handler))
  if (overhead !== undefined) {
    const checks = { nameCheck: checkContainerResourceName, claimNames: new Set<string>() }
    checkResources(errors, 'overhead', { limits: overhead.podFixed ?? {} }, checks)
  }
  if (scheduling === undefined) return
  checkLabels(errors, 'scheduling.nodeSelector', scheduling.nodeSelector)
  const { tolerations = [] } = scheduling
  checkTolerations(errors, 'scheduling.tolerations', tolerations)
  const seen = new Set<string>()
  tolerations.forEach((toleration, index) => {
    const { key = '', operator = '', value = '', effect = '' } = toleration
    const text = JSON.stringify([key, operator, value, effect])
    if (seen.has(text)) {
      errors.push(duplicate(`scheduling.tolerations[${index}]`, inGo(toleration)))
    }
    seen.add(text)
  })
}

function inGo({ key, operator, value, effect, tolerationSeconds }: Toleration): object {
  return {
    Key: key ?? '',
    Operator: operator ?? '',
    Value: value ?? '',
    Effect: effect ?? '',
    TolerationSeconds: tolerationSeconds ?? null,
  }
}

export function checkRuntimeClassUpdate(errors: Errors, object: KubeObject, old: KubeObject): void {
  checkRuntimeClass(errors, object)
  const { handler } = object as RuntimeClass
  if (handler !== (old as RuntimeClass).handler) {
    errors.push(invalid('handler', handler, immutableText))
  }
}
