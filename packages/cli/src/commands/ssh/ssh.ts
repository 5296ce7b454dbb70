/** `ssh`: a shell, or a command, in a session (protocol 05 §5.3). */
import type { Context } from '../../context.ts'
import { destination, withTunnel } from '../../ssh-tunnel.ts'
import type { SSHFlags } from './command.ts'

export default function ssh(context: Context, flags: SSHFlags, reference: string, ...args: string[]): Promise<number> {
  return withTunnel(context, reference, flags, ({ options, port, run }) =>
    run('ssh', [...options, '-p', String(port), destination, ...args]),
  )
}
