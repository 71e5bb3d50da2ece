// Tests of files of the controller: unknown, but for the form of a path. Upstream: ansible-core
// 2.18 plugins/test/files.py, uri.py.

import { UnknownSignal } from '../failures.ts'
import type { Plugin, Plugins } from '../plugin.ts'
import { str } from '../python/represent.ts'
import { Unknown } from '../special.ts'

const onController: Plugin = {
  params: '*',
  run: input => {
    throw new UnknownSignal(new Unknown([`the file ${str(input)} of the controller`]))
  },
}

const uri = /^[A-Za-z][A-Za-z0-9+.-]*:/

function uriTest(pattern: RegExp): Plugin {
  return { params: 'schemes', run: input => pattern.test(str(input)) }
}

const isAbsolute: Plugin = { run: input => str(input).startsWith('/') }

export const pathTests: Plugins = {
  abs: isAbsolute,
  is_abs: isAbsolute,
  directory: onController,
  is_dir: onController,
  file: onController,
  is_file: onController,
  link: onController,
  is_link: onController,
  exists: onController,
  link_exists: onController,
  mount: onController,
  is_mount: onController,
  same_file: onController,
  is_same_file: onController,
  vaulted_file: onController,
  uri: uriTest(uri),
  url: uriTest(/^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/]+/),
  urn: uriTest(/^urn:/i),
}
