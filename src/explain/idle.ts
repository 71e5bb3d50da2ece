// Objects that have no effect as they are: policies that nothing binds, mutators that contradict
// each other or write where nothing is kept, resources of a version that their operator does not
// read. No trial shows them, since nothing happens.

import { objectAt, mutatorGroup } from '../admission/gatekeeper/mutator.ts'
import { build, MutationSystem } from '../admission/gatekeeper/system.ts'
import type { Problem } from '../base/problem.ts'
import { refText } from '../checks/life.ts'
import { kindKeyOf } from '../kube/kinds.ts'
import { reads, resourceKeyOf } from '../platforms/operators/controller.ts'
import {
  hasChart,
  isHelmChart,
  isHelmChartConfig,
  packagedCharts,
} from '../platforms/k3s/charts.ts'
import { operatorsOf, type Platform, type PlatformObject } from '../trials/platform.ts'
import { refOf } from '../trials/voyage.ts'
import { definedKinds } from './kind-hint.ts'
import { locationFaults } from './mutation-locations.ts'

type Text = Pick<Problem, 'what' | 'why' | 'todo'>

/** A warning for each object that has no effect, in the order of the input. */
export function idleIn(platform: Platform): readonly Problem[] {
  return [
    ...unbound(platform),
    ...contradicting(platform),
    ...misplaced(platform),
    ...unread(platform),
    ...chartless(platform),
    ...faulty(platform),
  ]
}

function idle(item: PlatformObject, path: string, text: Text): Problem {
  const object = refText(refOf(item.object))
  return { code: 'ST0151', severity: 'warning', location: item.locate(path), object, ...text }
}

const policyKinds = /^(Validating|Mutating)AdmissionPolicy$/

/** Policies that no binding names, and bindings of policies that are not there. */
function unbound({ objects }: Platform): readonly Problem[] {
  const nameIn = ({ object }: PlatformObject): unknown => objectAt(object, 'spec')['policyName']
  return objects.flatMap(item => {
    const { kind, metadata } = item.object
    if (policyKinds.test(kind)) {
      const isBound = objects.some(
        each => each.object.kind === `${kind}Binding` && nameIn(each) === metadata.name,
      )
      if (isBound) return []
      return idle(item, 'metadata.name', {
        what: `none of the files has a ${kind}Binding for it`,
        why: 'the API server asks a policy only where a binding says so: this one does nothing',
        todo: `add a ${kind}Binding with policyName: ${metadata.name ?? ''}, or name its file`,
      })
    }
    const policy = kind.replace(/Binding$/, '')
    const name = nameIn(item)
    if (policy === kind || !policyKinds.test(policy) || typeof name !== 'string') return []
    const isThere = objects.some(
      ({ object }) => object.kind === policy && object.metadata.name === name,
    )
    if (isThere) return []
    return idle(item, 'spec.policyName', {
      what: `none of the files has the ${policy} ${name} that it names`,
      why: 'the API server takes the binding, and asks nothing until there is such a policy',
      todo: 'correct spec.policyName, or name the file of the policy',
    })
  })
}

/** Gatekeeper's mutators whose locations imply different schemas: it skips them all. */
function contradicting({ objects }: Platform): readonly Problem[] {
  const mutators = objects.filter(({ object }) => object.apiVersion.startsWith(`${mutatorGroup}/`))
  const system = new MutationSystem()
  const ids = mutators.map(item => ({ item, upserted: system.upsert(item.object) }))
  const conflicts = system.conflicts()
  return ids.flatMap(({ item, upserted }) => {
    const others = 'id' in upserted ? conflicts.get(upserted.id) : undefined
    if (others === undefined) return []
    return idle(item, 'spec.location', {
      what: `the following mutators have conflicting schemas: [${others.join(',')}]`,
      why: 'they do not agree whether a field is an object or a list: Gatekeeper skips them all',
      todo: 'write the same field the same way in all of them, such as containers[name: *]',
    })
  })
}

/** Mutators whose location no object of a kind that they apply to can have. */
function misplaced({ objects }: Platform): readonly Problem[] {
  const mutators = objects.filter(({ object }) => object.apiVersion.startsWith(`${mutatorGroup}/`))
  return mutators.flatMap(item => {
    const built = build(item.object)
    if (typeof built === 'string') return []
    return locationFaults(built).map(({ kind, what, meant }) =>
      idle(item, 'spec.location', {
        what: `it has no effect on any ${kind}: ${what}`,
        why: 'Gatekeeper writes the field, and the API server drops it without a word',
        todo:
          meant === undefined
            ? `correct spec.location, or take ${kind} out of spec.applyTo`
            : `did you mean spec.location: ${meant}?`,
      }),
    )
  })
}

/** Resources of a known operator in a version that it does not read: it leaves them alone. */
function unread(platform: Platform): readonly Problem[] {
  return operatorsOf(platform).flatMap(operator =>
    platform.objects.flatMap(item => {
      const { apiVersion, kind } = item.object
      if (kindKeyOf(item.object) !== resourceKeyOf(operator) || reads(operator, item.object))
        return []
      const versions = operator.versions.map(version => `${operator.group}/${version}`)
      return idle(item, 'apiVersion', {
        what: `${operator.name} does not read ${apiVersion} of ${kind}`,
        why: 'nothing is made from it',
        todo: `write apiVersion: ${versions.join(' or ')}`,
      })
    }),
  )
}

/** HelmChartConfigs of charts that are in none of the files and do not come with k3s. */
function chartless({ objects }: Platform): readonly Problem[] {
  const all = objects.map(({ object }) => object)
  return objects.flatMap(item => {
    const { name = '', namespace = 'default' } = item.object.metadata
    if (!isHelmChartConfig(item.object) || hasChart(item.object, all)) return []
    const elsewhere = all.find(each => isHelmChart(each) && each.metadata.name === name)
    const charts = packagedCharts.join(' and ')
    const where = elsewhere?.metadata.namespace ?? 'default'
    return idle(item, 'metadata.name', {
      what: `there is no HelmChart ${namespace}/${name} that it could change`,
      why:
        'the Helm controller looks for the very name and namespace; of what k3s brings, ' +
        `only ${charts} are charts, so nobody reads this`,
      todo:
        elsewhere === undefined
          ? 'k3s takes changes of its other components from manifests: --disable it and bring your own'
          : `the chart is in ${where}: write namespace: ${where}`,
    })
  })
}

/** Fields of resources that the definition of their operator refuses or drops. */
function faulty(platform: Platform): readonly Problem[] {
  // Where the files have the definition, the API server itself says so.
  const defined = definedKinds(platform.objects.map(({ object }) => object))
  return operatorsOf(platform).flatMap(operator => {
    const isDefined = defined.some(
      ({ kind, group }) => kind === operator.kind && group === operator.group,
    )
    if (isDefined || operator.faults === undefined) return []
    return platform.objects.flatMap(item =>
      reads(operator, item.object)
        ? (operator.faults?.(item.object) ?? []).map(({ path, ...words }) =>
            idle(item, path, words),
          )
        : [],
    )
  })
}
