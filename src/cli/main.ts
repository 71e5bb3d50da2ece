// The entry point: binds the process to the program. Every way out has its exit status; a bug of
// ours says so and how to report it, never only a stack trace.

import { writeSync } from 'node:fs'
import { basename } from 'node:path'
import { isatty } from 'node:tty'
import { exits } from './exit.ts'
import type { Io } from './io.ts'
import { runProgram } from './program.ts'
import { version } from './version.ts'

/** Writes everything before it returns, so that exiting cannot cut it off. */
function writer(descriptor: number): (text: string) => void {
  return text => {
    let rest = Buffer.from(text)
    while (rest.length > 0) {
      try {
        rest = rest.subarray(writeSync(descriptor, rest))
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code === 'EPIPE') process.exit(exits.holds)
        if (code !== 'EAGAIN') throw error
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
      }
    }
  }
}

function processIo(): Io {
  const isPlugin = basename(process.argv[1] ?? '').startsWith('kubectl-')
  return {
    out: writer(1),
    err: writer(2),
    env: process.env,
    isOutTerminal: isatty(1),
    isErrTerminal: isatty(2),
    invocation: isPlugin ? 'kubectl seatrial' : 'seatrial',
    clockMs: () => performance.now(),
  }
}

/** What a person at three in the morning needs when the fault is ours. */
function bugText(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const command = process.argv.slice(2).join(' ')
  return (
    `seatrial: this is a bug of Seatrial, not of your files.\n` +
    `Please report it with these lines: seatrial ${version}, node ${process.version}, ` +
    `${process.platform} ${process.arch}, \`${command}\`\n${stack}\n`
  )
}

/** SIGINT keeps its default, which ends even a run that never yields: shells then show 130. */
async function main(): Promise<void> {
  const io = processIo()
  try {
    process.exitCode = await runProgram(process.argv.slice(2), io)
  } catch (error) {
    io.err(bugText(error))
    process.exitCode = exits.bug
  }
}

void main()
