// All sources. For a file or folder the first that is certain reads it, else the first that may.

import type { Place, Source } from './framework.ts'
import { helm } from './helm.ts'
import { kubefirst } from './kubefirst/definition.ts'
import { k3sAnsible } from './k3s-ansible/source.ts'
import { kubespray } from './kubespray/source.ts'
import { kustomize } from './kustomize.ts'
import { manifests } from './manifests.ts'
import { otomi } from './otomi/source.ts'
import { platformFile } from './own/platform-file.ts'
import { unknownInventory } from './unknown-inventory.ts'

export const sources: readonly Source[] = [
  platformFile,
  kubefirst,
  k3sAnsible,
  kubespray,
  otomi,
  kustomize,
  helm,
  unknownInventory,
  manifests,
]

/** The source that reads a place, or none. */
export function sourceFor(place: Place): Source | undefined {
  let possible: Source | undefined
  for (const source of sources) {
    const answer = source.detect(place)
    if (answer === 'certain') return source
    if (answer === 'possible') possible ??= source
  }
  return possible
}
