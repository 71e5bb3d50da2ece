// Runs a program of the user (kubectl, kustomize, helm) and waits for it, with a time limit.

import { spawnSync } from 'node:child_process'
import type { ToolResult } from './framework.ts'

const outputBytesMax = 256 * 1024 * 1024

/** Runs `command`; a missing program and a time-out are answers, not exceptions. */
export function runTool(command: string, args: readonly string[], timeoutMs: number): ToolResult {
  const result = spawnSync(command, [...args], {
    encoding: 'utf8',
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: outputBytesMax,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A build that asks for credentials of a remote base would wait for ever.
    env: {
      ...process.env,
      GIT_TERMINAL_PROMPT: '0',
      GIT_ASKPASS: 'true',
      GIT_SSH_COMMAND: 'ssh -oBatchMode=yes',
    },
  })
  const stdout = result.stdout ?? ''
  const stderr = result.stderr ?? ''
  if (result.error === undefined) return { status: result.status ?? 1, stdout, stderr }
  const code = 'code' in result.error ? String(result.error.code) : ''
  if (code === 'ENOENT') return { status: 'missing', stdout, stderr }
  if (code === 'ETIMEDOUT') return { status: 'timeout', stdout, stderr }
  return { status: 1, stdout, stderr: stderr === '' ? result.error.message : stderr }
}
