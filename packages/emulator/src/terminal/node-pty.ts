/** Terminals of Node and Deno, by the optional peer `@lydell/node-pty`. */
import { spawn } from '@lydell/node-pty'

import { prepareShell } from './shell.ts'
import type { StartTerminal } from './terminal.ts'

export const start: StartTerminal = async (options) => {
  const { group, file, parameters } = await prepareShell(options)
  const shell = spawn(file, parameters, {
    name: 'xterm',
    cwd: options.home,
    env: group.environment,
    rows: options.rows,
    cols: options.cols,
    encoding: null,
  })
  let isOver = false
  const exited = new Promise<void>((resolve) => {
    shell.onExit(() => {
      isOver = true
      resolve()
      options.onExit()
    })
  })
  group.adopt(shell.pid, exited)
  // Typed as text; without an encoding they are bytes in both directions.
  shell.onData((data: unknown) => options.onOutput(data as Uint8Array))
  return {
    write(bytes) {
      if (!isOver) shell.write(Buffer.from(bytes) as unknown as string)
    },
    resize({ rows, cols }) {
      if (!isOver) shell.resize(cols, rows)
    },
    pause: () => shell.pause(),
    resume: () => shell.resume(),
    async stop() {
      // What it still wants to say must not keep it from ending.
      shell.resume()
      await group.stop()
    },
  }
}
