/** Terminals of Bun, which has its own. They cannot be held back: Bun reads on. */
import { prepareShell } from './shell.ts'
import type { StartTerminal } from './terminal.ts'

/** As much of Bun as this file needs; its types would be those of all other files as well. */
interface BunTerminal {
  write(bytes: Uint8Array): number
  resize(cols: number, rows: number): void
  close(): void
}

interface BunRuntime {
  spawn(
    command: string[],
    options: {
      cwd: string
      env: Record<string, string>
      terminal: { cols: number; rows: number; name: string; data(terminal: BunTerminal, data: Uint8Array): void }
    },
  ): { readonly pid: number; readonly exited: Promise<number>; readonly terminal: BunTerminal }
}

export const start: StartTerminal = async (options) => {
  const { Bun } = globalThis as unknown as { Bun: BunRuntime }
  const { group, file, parameters } = await prepareShell(options)
  const { rows, cols } = options
  let isOver = false
  const { pid, exited, terminal } = Bun.spawn([file, ...parameters], {
    cwd: options.home,
    env: { ...group.environment, TERM: 'xterm' },
    terminal: {
      rows,
      cols,
      name: 'xterm',
      data: (_terminal, data) => {
        if (!isOver) options.onOutput(data.slice())
      },
    },
  })
  const gone = exited.then(() => {
    isOver = true
    terminal.close()
    options.onExit()
  })
  group.adopt(pid, gone)
  return {
    write(bytes) {
      if (!isOver) terminal.write(bytes)
    },
    resize(size) {
      if (!isOver) terminal.resize(size.cols, size.rows)
    },
    pause() {},
    resume() {},
    stop: () => group.stop(),
  }
}
