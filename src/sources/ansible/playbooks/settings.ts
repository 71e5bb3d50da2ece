// The settings of ansible.cfg that decide how playbooks are read and run. Upstream: ansible-core
// 2.18 config/base.yml.

import { joinPath } from '../files.ts'
import { readConfiguration } from '../inventory/settings.ts'

export interface PlaybookSettings {
  /** Folders of roles besides those of the playbook. */
  readonly rolesPath: readonly string[]
  /** When a play gathers facts that does not say so. */
  readonly gathering: 'implicit' | 'explicit' | 'smart'
  /** Whether tasks answer `ansible_<fact>` besides `ansible_facts`. */
  readonly injectsFacts: boolean
}

export const defaultPlaybookSettings: PlaybookSettings = {
  rolesPath: [],
  gathering: 'implicit',
  injectsFacts: true,
}

/** The settings of the text of an ansible.cfg that lies in a folder. */
export function readPlaybookSettings(text: string, folder: string): PlaybookSettings {
  const values = readConfiguration(text)
  const { gathering } = values
  const paths = (values['roles_path'] ?? '').split(':').map(path => path.trim())
  return {
    rolesPath: paths
      .filter(path => path !== '' && !path.startsWith('~'))
      .map(path => (path.startsWith('/') ? path : joinPath(folder, path))),
    gathering: gathering === 'explicit' || gathering === 'smart' ? gathering : 'implicit',
    injectsFacts: !/^(?:false|no|off|0)$/i.test(values['inject_facts_as_vars'] ?? ''),
  }
}
