/** Reading a run to its end. */
import type { Run, RunItem } from '@backend-ai-sdk/client'

import type { Context } from '../../context.ts'
import { exitCodes, Interruption } from '../../failures.ts'
import type { LineReader } from '../../terminal.ts'
import type { Reporter } from './reporter.ts'

/** The program reads input, and there is none. */
export class NoInput extends Error {}

/** @returns the exit code of the program. */
export async function readRun(run: Run, reporter: Reporter, input: LineReader): Promise<number> {
  let exitCode = -1
  for await (const item of run) {
    if (item.type === 'input') await answer(item, input)
    else {
      await reporter.item(item)
      if (item.type === 'finished') exitCode = item.exitCode
    }
  }
  return exitCode
}

async function answer(request: Extract<RunItem, { type: 'input' }>, input: LineReader): Promise<void> {
  const line = await input.read({ hidden: request.isPassword })
  if (line === undefined) throw new NoInput('The program reads input, but the standard input has ended.')
  request.reply(line)
}

/** A process can end with 0 to 255 only; ends by a signal are told as shells do. */
export function ownExitCode(code: number): number {
  if (code >= 0) return code % 256 || (code === 0 ? 0 : 1)
  return code < -1 && code > -65 ? 128 - code : exitCodes.failure
}

/**
 * When the terminal goes, the process does at once: whatever it did on its way out would end the program.
 *
 * @returns what ends that.
 */
export function leaveAtHangUp({ host, signal }: Context): () => void {
  const leave = (): void => {
    const { reason } = signal as { reason: unknown }
    if (reason instanceof Interruption && reason.signal === 'SIGHUP') host.exit(reason.exitCode)
  }
  signal.addEventListener('abort', leave, { once: true })
  return () => signal.removeEventListener('abort', leave)
}
