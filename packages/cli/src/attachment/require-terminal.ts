import type { Context } from '../context.ts'
import { exitCodes, Failure } from '../failures.ts'

/** Before anything is made for a terminal of a session: what is typed comes from one of the user's. */
export function requireTerminal({ host }: Context): void {
  if (host.stdin.isTTY) return
  throw new Failure(
    'The standard input is not a terminal, which a terminal of a session needs. For programs there is "backend.ai run".',
    exitCodes.usage,
  )
}
