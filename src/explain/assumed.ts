// What a run takes for granted beyond flags and files, each with the field that made it necessary.

import type { Location, Problem } from '../base/problem.ts'
import { refText } from '../checks/life.ts'
import { attachMs } from '../controllers/volume-attacher.ts'
import { provisioningMs } from '../controllers/volume-provisioner.ts'
import { standIn, supportedText } from '../kube/versions.ts'
import { missingNamespaces } from '../trials/install.ts'
import type { Platform, PlatformObject } from '../trials/platform.ts'
import { type MissingReference, missingReferences, referenceText } from '../trials/references.ts'
import type { Assumption } from '../trials/spec.ts'
import { firstClaimOf, firstProvisioned, missingClasses } from '../trials/storage.ts'
import { refOf } from '../trials/voyage.ts'
import { placeText } from './context.ts'
import { makerOf } from './makers.ts'
import { nearbyText } from './nearby.ts'

type Missing = MissingReference<PlatformObject>

export interface Assumed {
  readonly assumptions: readonly Assumption[]
  /** What is assumed against the odds: nothing in the files makes it. */
  readonly problems: readonly Problem[]
}

/** Everything that the run of this platform takes for granted. */
export function assumedIn(platform: Platform): Assumed {
  const missing = missingReferences(platform.objects).map(each => ({
    each,
    maker: makerOf(platform.objects, each),
  }))
  const made = missing.flatMap(({ each, maker }) => (maker ? [madeAssumption(each, maker)] : []))
  const unmade = missing.filter(({ maker }) => maker === undefined).map(({ each }) => each)
  return {
    assumptions: [
      ...versionAssumption(platform),
      ...namespaceAssumptions(platform),
      ...classAssumptions(platform),
      ...volumeAssumption(platform),
      ...zoneAssumption(platform),
      ...made,
      ...unmadeAssumption(unmade),
    ],
    problems: unmade.map(each => undefinedProblem(platform, each)),
  }
}

function versionAssumption({ kubernetes }: Platform): readonly Assumption[] {
  const other = standIn(kubernetes)
  if (other === undefined) return []
  return [
    {
      what: `Kubernetes ${kubernetes} schedules as ${other} does`,
      why: supportedText,
      setBy: 'default',
    },
  ]
}

function namespaceAssumptions(platform: Platform): readonly Assumption[] {
  return missingNamespaces(platform).map(name => {
    const first = platform.objects.find(({ object }) => object.metadata.namespace === name)
    return {
      what: `namespace ${name} exists`,
      why: 'objects live in it and none of the files defines it',
      setBy: 'default',
      ...(first !== undefined && { locations: [first.locate('metadata.namespace')] }),
    }
  })
}

function classAssumptions({ objects }: Platform): readonly Assumption[] {
  const classes = missingClasses(objects.map(({ object }) => object))
  return classes.map(({ metadata: { name = '' } }) => {
    const first = firstClaimOf(objects, name)
    return {
      what: `StorageClass ${name} exists and makes volumes that any node of the zone can use`,
      why: 'claims use it and none of the files defines it',
      setBy: 'default',
      ...(first !== undefined && { locations: [first.by.locate(first.path)] }),
    }
  })
}

/** How long the twin's stand-ins for a provisioner and an attacher take. */
function volumeAssumption({ objects }: Platform): readonly Assumption[] {
  const first = firstProvisioned(objects)
  if (first === undefined) return []
  const [made, attached] = [provisioningMs, attachMs].map(ms => `${ms / 1000} s`)
  return [
    {
      what: `a volume is made within ${made} and attached to a node within ${attached}`,
      why: 'provisioners and attachers are programs of the cluster, and take their own time',
      setBy: 'default',
      locations: [first.by.locate(first.path)],
    },
  ]
}

function madeAssumption(
  missing: Missing,
  { by, path }: { readonly by: PlatformObject; readonly path: string },
): Assumption {
  const place = by.locate(path)
  return {
    what: `${referenceText(missing)} exists`,
    why: `${refText(refOf(by.object))} names it (${placeText(place)}), and pods cannot start without`,
    setBy: 'default',
    locations: [missing.by.locate(missing.path), place],
  }
}

function unmadeAssumption(unmade: readonly Missing[]): readonly Assumption[] {
  const [first] = unmade
  if (first === undefined) return []
  const others = unmade.length === 1 ? '' : ` and ${unmade.length - 1} more`
  return [
    {
      what: `${referenceText(first)}${others} ${unmade.length === 1 ? 'exists' : 'exist'}`,
      why: `pods cannot start without, and nothing in the files says who makes ${unmade.length === 1 ? 'it' : 'them'} (ST0150)`,
      setBy: 'default',
      locations: [placeOf(first)],
    },
  ]
}

function placeOf({ by, path }: Missing): Location {
  return by.locate(path)
}

/** How the kubelet holds a pod without it. Upstream: pkg/kubelet/kubelet_pods.go, volumemanager. */
const waits: Readonly<Record<Missing['use'], string>> = {
  env: 'the kubelet does not start the container without it (CreateContainerConfigError)',
  volume: 'the kubelet cannot mount it and the pod stays in ContainerCreating (FailedMount)',
}

function undefinedProblem(platform: Platform, missing: Missing): Problem {
  const others = missing.count - 1
  const more =
    others === 0 ? '' : `; ${others} more ${others === 1 ? 'field names' : 'fields name'} it`
  const near = nearbyText(platform, missing)
  return {
    code: 'ST0150',
    severity: 'warning',
    location: placeOf(missing),
    object: refText(refOf(missing.by.object)),
    what: `${referenceText(missing)} is in none of the files, and nothing in them says who makes it`,
    why: `${waits[missing.use]}${more}; this run takes it to exist`,
    todo:
      near ??
      'name the file that defines it too; if it is made by hand, say so beside the object: ' +
        '# seatrial:ignore ST0150 REASON',
  }
}

function zoneAssumption({ zonesAssumedFor = 0 }: Platform): readonly Assumption[] {
  if (zonesAssumedFor === 0) return []
  const who = zonesAssumedFor === 1 ? 'one object demands' : `${zonesAssumedFor} objects demand`
  return [
    {
      what: 'the nodes lie in zones a, b and c in turn',
      why: `${who} a zone of its node and nothing says which there are; --zones does`,
      setBy: 'default',
    },
  ]
}
