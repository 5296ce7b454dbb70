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
    return await shell(group, '/bin/bash', '--norc', '--noprofile', '-i')
  } catch {
    group.environment['PS1'] = 'work@main1$ '
    return shell(group, '/bin/sh', '-i')
  }
}

async function shell(group: ProcessGroup, ...command: [string, ...string[]]): Promise<Shell> {
  const [file, ...parameters] = await group.within(...command)
  return { group, file, parameters }
}
