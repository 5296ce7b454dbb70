/** Python kernels: a Python 3 of this machine that keeps one namespace, as a notebook does. */
import { join } from 'node:path'

import type { StartKernel } from './kernel.ts'
import { startProcessKernel } from './process-kernel.ts'
import { findProgram, type Availability } from './programs.ts'
import { pythonDisplay } from './python-display.ts'
import { pythonPipes } from './python-pipes.ts'
import { pythonRunner } from './python-runner.ts'
import { jsonLines } from './runner.ts'

const probe = {
  names: ['python3', 'python'],
  parameters: ['-c', 'import sys; print(sys.executable); print("%d.%d.%d" % sys.version_info[:3])'],
  oldest: [3, 8],
} as const

/** Whether there is a Python 3.8 or newer. */
export const check = (path?: string): Promise<Availability> => findProgram(probe, path)

export const start: StartKernel = async (options) => {
  const python = await check(options.environment['PATH'])
  if (!python.available) throw new Error(python.reason)
  return startProcessKernel(
    {
      runner: {
        command: python.path,
        parameters: (directory) => [
          join(directory, 'runner', 'backendai_kernel.py'),
          ...(options.interactiveShell ? ['shell'] : []),
        ],
        stdin: 'ignore',
        repeatsInterrupt: true,
        completes: true,
        speak: jsonLines,
      },
      files: {
        'runner/backendai_kernel.py': pythonRunner,
        'runner/backendai_display.py': pythonDisplay,
        'runner/backendai_pipes.py': pythonPipes,
      },
      commands: { python: python.path, python3: python.path },
      batch: {
        build: { file: 'setup.py', command: 'python -m pip install --user -e .' },
        exec: { file: 'main.py', command: 'python main.py' },
      },
    },
    options,
  )
}
