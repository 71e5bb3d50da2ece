// What a conformance suite is: it answers every recorded case and reports how often it agrees.

/** One row of the result: cases of one family, how many were compared, how many differ. */
export interface Family {
  readonly name: string
  readonly cases: number
  readonly checked: number
  readonly mismatches: number
}

/** A case whose answer is not the recorded one; `paths` are the first places that differ. */
export interface Difference {
  readonly id: string
  readonly family: string
  readonly paths: readonly { readonly path: string; readonly want: string; readonly got: string }[]
}

/** The document of `-o json`, but for `differences`. */
export interface SuiteResult {
  readonly suite: string
  readonly folder: string
  readonly cases: number
  readonly checked: number
  readonly mismatches: number
  readonly skipped: number
  readonly families: readonly Family[]
  readonly differences: readonly Difference[]
  /** What a person should know besides, one line each. */
  readonly notes?: readonly string[]
}

export interface SuiteOptions {
  /** Only cases whose id or family contains this text. */
  readonly only?: string
  /** Suite scheduler: the engine that answers; absent means all. */
  readonly engine?: string
  /** How many differences to keep for people to read. */
  readonly differencesMax: number
  /** Families that docs/deviations.md lists, such as `vectors/cron` or `vectors/cron/next`. */
  readonly deviations: ReadonlySet<string>
  /** Folders of real projects by `project@ref`, for suites that replay runs over them. */
  readonly trees?: ReadonlyMap<string, string>
}

/** What tools/conformance/<suite>.ts exports as `run`. */
export type Run = (folder: string, options: SuiteOptions) => Promise<SuiteResult>
