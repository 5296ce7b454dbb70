/** `scp`: files to and from a session (protocol 05 §5.3). */
import type { Context } from '../../context.ts'
import { InvalidArgument } from '../../failures.ts'
import { destination, withTunnel } from '../../ssh-tunnel.ts'
import type { SCPFlags } from './command.ts'

export default async function scp(
  context: Context,
  flags: SCPFlags,
  reference: string,
  source: string,
  target: string,
  ...args: string[]
): Promise<number> {
  const paths = [source, target].map((path) => remotePath(path, reference) ?? path)
  if (paths.every((path) => !path.startsWith(`${destination}:`)))
    throw new InvalidArgument('Neither SRC nor DST is in the session: write :PATH for one of them.')
  const recursive = flags.recursive ? ['-r'] : []
  return await withTunnel(context, reference, flags, ({ options, port, run }) =>
    run('scp', [...options, '-P', String(port), ...recursive, ...args, '--', ...paths]),
  )
}

/** `:PATH` and `SESSION:PATH`; undefined for what scp reads as it is. */
function remotePath(path: string, reference: string): string | undefined {
  const prefix = [':', `${reference}:`].find((candidate) => path.startsWith(candidate))
  return prefix === undefined ? undefined : `${destination}:${path.slice(prefix.length)}`
}
