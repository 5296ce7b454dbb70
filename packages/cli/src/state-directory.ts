import { homedir } from 'node:os'
import { join } from 'node:path'

import type { HostProcess } from './context.ts'

/** Where commands keep what others are to find, as the Python command has it by system (protocol 01 §5.6). */
export function stateDirectory(env: HostProcess['env']): string {
  const home = env['HOME'] ?? homedir()
  if (process.platform === 'win32')
    return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'Lablup', 'backend.ai')
  if (process.platform === 'darwin') return join(home, 'Library', 'Application Support', 'backend.ai')
  return join(env['XDG_STATE_HOME'] || join(home, '.local', 'state'), 'backend.ai')
}
