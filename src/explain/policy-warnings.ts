// What validating policies say of objects that they let pass: warnings and audit annotations.

import { type PolicyNote, policyTopic, warningText } from '../admission/policy-note.ts'
import type { Problem } from '../base/problem.ts'
import type { World } from '../engine/world.ts'
import { refText } from '../checks/life.ts'
import type { ValidatingAdmissionPolicy } from '../kube/generated/types.ts'
import type { ObjectRef } from '../kube/object.ts'
import type { Platform } from '../trials/platform.ts'
import { refOf } from '../trials/voyage.ts'
import { writtenObjects } from './context.ts'

/** A warning for each object and text; pods of one template are one object. */
export function policyWarnings(platform: Platform, world: World): readonly Problem[] {
  const written = writtenObjects(platform)
  const bindings = platform.objects.filter(
    ({ object }) => object.kind === 'ValidatingAdmissionPolicyBinding',
  )
  const problems = new Map<string, Problem>()
  for (const note of policyNotes(world)) {
    const { kind, namespace, name, generateName, binding } = note
    const shown = name === '' ? `${generateName}*` : name
    const ref: ObjectRef = { kind, name: shown, ...(namespace && { namespace }) }
    const object = refText(ref)
    const bound = bindings.find(each => each.object.metadata.name === binding)
    const location = written.get(object)?.locate('metadata.name') ?? bound?.locate('spec')
    problems.set(`${object} ${note.action} ${note.policy} ${note.text}`, {
      code: 'ST0154',
      severity: 'warning',
      ...(location && { location }),
      object,
      what: note.action === 'Warn' ? warningText(note) : note.text,
      why: `ValidatingAdmissionPolicy ${note.policy} lets it pass: ${actionText(note)}`,
      todo: 'mend the object; with the action Deny the API server would refuse it',
    })
  }
  return [...problems.values()]
}

/** What the control plane wrote into the status of policies: expressions of wrong types. */
export function typeWarnings({ objects }: Platform, world: World): readonly Problem[] {
  const kind = 'ValidatingAdmissionPolicy'
  const policies = objects.filter(({ object }) => object.kind === kind)
  return policies.flatMap(item => {
    const { name = '' } = item.object.metadata
    const live = world.store.get(kind, name) as ValidatingAdmissionPolicy | undefined
    const warnings = live?.status?.typeChecking?.expressionWarnings ?? []
    return warnings.map(({ fieldRef, warning }): Problem => {
      const [first = ''] = warning.split('\n')
      return {
        code: 'ST0153',
        severity: 'warning',
        location: item.locate(fieldRef),
        object: refText(refOf(item.object)),
        what: `${fieldRef}: ${first}`,
        why: 'Kubernetes says so in status.typeChecking.expressionWarnings: there it fails',
        todo: 'correct the expression, or name only the kinds that it is written for',
      }
    })
  })
}

function actionText({ action, binding }: PolicyNote): string {
  const what = action === 'Warn' ? 'warns whoever applies it' : 'writes it into the audit log'
  return `its binding ${binding} only ${what}`
}

function* policyNotes(world: World): Generator<PolicyNote> {
  for (let index = 0; index < world.traceLength; index += 1) {
    const entry = world.traceAt(index)
    if (entry.type === 'note' && entry.topic === policyTopic) yield entry.data as PolicyNote
  }
}
