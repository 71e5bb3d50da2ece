// The shape of a source: it recognises a file or folder and reads what it holds; it never throws on
// bad input.

import type { Problem } from '../base/problem.ts'
import type { HostMatrix } from '../explain/host-matrix.ts'
import type { HostPlan } from '../explain/host-plan.ts'
import type { Assumption, PlatformPart } from '../trials/spec.ts'
import type { SourceObject } from './source-object.ts'
import type { ReadText } from './yaml/read.ts'

/** A file, folder or the standard input, as the user would call it. */
export interface Place {
  readonly type: 'file' | 'folder' | 'stdin'
  /** As the user wrote it, or that joined with what lies below. */
  readonly path: string
  /** Named by the user, in contrast to found in a folder. */
  readonly isNamed: boolean
  /** The names in a folder, ordered by code unit; empty for a file. */
  readonly entries: readonly string[]
  /** The documents of a file, read once. */
  read(): ReadText
}

export interface LoadContext {
  /** For namespaced objects that name none. */
  readonly namespace: string
  /** Runs a program of the user; tests replace it. */
  readonly run: RunTool
  readonly toolTimeoutMs: number
  /** Values and release name of a chart, where seatrial.yaml gives them. */
  readonly chart?: { readonly values: readonly string[]; readonly release: string }
}

/** What a program answered; `missing` when there is none of that name. */
export interface ToolResult {
  readonly status: number | 'missing' | 'timeout'
  readonly stdout: string
  readonly stderr: string
}

export type RunTool = (command: string, args: readonly string[], timeoutMs: number) => ToolResult

/** What a source found in a place. */
export interface SourceResult {
  readonly objects: readonly SourceObject[]
  readonly problems: readonly Problem[]
  readonly assumptions?: readonly Assumption[]
  /** Sentences for the user that are neither problems nor assumptions. */
  readonly notes?: readonly string[]
  /** Node pools and gates that come with the source. */
  readonly platform?: PlatformPart
  /** Documents without an object of the API (values, workflows): how many files held only such. */
  readonly skippedFiles?: number
}

/** What an installer's playbooks are, for an inventory that a source reads. */
export interface Installer {
  /** The inventories that a place stands for. */
  readonly inventories: (place: Place) => readonly string[]
  /** The playbooks that users start, by their paths in the installer's tree. */
  readonly usual: readonly string[]
  /** Units of systemd whose stop takes the vote of a host away. */
  readonly voterUnits?: RegExp
  /** The steps from one inventory to another; undefined where one is for another installer. */
  readonly plan?: (from: Place, to: Place) => HostPlan | undefined
}

export interface Source {
  readonly name: string
  readonly doc: string
  /** Reads inventories of an installer, as `{inventory: PATH}` in seatrial.yaml asks for. */
  readonly isInventory?: boolean
  readonly detect: (place: Place) => 'certain' | 'possible' | 'no'
  readonly load: (place: Place, context: LoadContext) => SourceResult
  /**
   * What an installer makes of each host, where the source reads inventories; `tree` is where the
   * installer itself lies.
   */
  readonly hosts?: (place: Place, tree?: string) => HostMatrix | undefined
  readonly installer?: Installer
}
