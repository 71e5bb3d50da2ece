// What is wrong with the objects of a platform although the API server takes every one of them.

import type { Problem } from '../base/problem.ts'
import type { Platform } from '../trials/platform.ts'
import { idleIn } from './idle.ts'
import { parameterProblems } from './policy-parameters.ts'
import { selectorProblems } from './selectors.ts'

/** Warnings in the order of the input, kind by kind of mistake. */
export function inputProblems(platform: Platform): readonly Problem[] {
  return [...idleIn(platform), ...parameterProblems(platform), ...selectorProblems(platform)]
}
