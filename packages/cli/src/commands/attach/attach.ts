/** `attach`: a terminal in a session. */
import type { Terminal, TerminalOptions } from '@backend-ai-sdk/client'

import { attach, departureText } from '../../attachment/attachment.ts'
import { escapeOf } from '../../attachment/escape-flag.ts'
import { requireTerminal } from '../../attachment/require-terminal.ts'
import { connect } from '../../connection.ts'
import type { Context } from '../../context.ts'
import { runningSession, throwIfEnded } from '../../running-session.ts'
import type { AttachFlags } from './command.ts'

export default async function attachCommand(context: Context, flags: AttachFlags, reference: string): Promise<void> {
  requireTerminal(context)
  const { client } = connect(context)
  const session = await runningSession(context, client, reference)
  const open = (options: TerminalOptions): Promise<Terminal> => session.terminal(options)
  const departure = await attach(context, { label: reference, escape: escapeOf(flags), open })
  if (departure === 'ended') await throwIfEnded(session, reference)
  context.output.status('info', `${departureText(departure)} Session ${reference} goes on.`)
}
