/** The shell that real terminals run, in a process group that ends with them. */
import { access, constants } from 'node:fs/promises'

import { ProcessGroup } from '../kernel/process-group.ts'
import type { TerminalOptions } from './terminal.ts'

export interface Shell {
  group: ProcessGroup
  file: string
  parameters: string[]
}

/** As in the recorded sessions: a bash that reads no files and says where it is. */
export async function prepareShell({ home, environment }: TerminalOptions): Promise<Shell> {
  const group = await ProcessGroup.create({ home, environment })
  try {
    await access('/bin/bash', constants.X_OK)
    group.environment['SHELL'] = '/bin/bash'
    group.environment['PS1'] = String.raw`work@main1:\w$ `
    return { group, file: '/bin/bash', parameters: ['--norc', '--noprofile', '-i'] }
  } catch {
    group.environment['PS1'] = 'work@main1$ '
    return { group, file: '/bin/sh', parameters: ['-i'] }
  }
}
