/** Batch mode: three shell commands, one after another, the same for all languages (protocol 02 §3.4). */
import type { BatchCommands, KernelMessage } from './kernel.ts'

/** What `*` means for one language. */
export interface BatchDefaults {
  /** Run where there is no Makefile but this file. */
  build?: { file: string; command: string }
  exec: { file: string; command: string }
}

export interface BatchSteps {
  defaults: BatchDefaults
  /** Whether a file is in the kernel's home. */
  exists: (file: string) => Promise<boolean>
  /** Runs a shell command in home and resolves to its exit code, when all it printed was emitted. */
  run: (command: string) => Promise<number>
  emit: (message: KernelMessage) => void
}

/** Runs the steps; the exit code of the last one is for the caller to report as `finished`. */
export async function runBatch(commands: BatchCommands, steps: BatchSteps): Promise<number> {
  const { defaults, exists, run, emit } = steps

  // A default for cleaning does nothing in any runner.
  const clean = commands.clean === '*' ? null : commands.clean
  emit({ type: 'clean-finished', exitCode: clean ? await run(clean) : 0 })

  const build = commands.build === '*' ? await defaultBuild() : commands.build
  const built = build ? await run(build) : 0
  emit({ type: 'build-finished', exitCode: built })
  if (built !== 0) return 127

  if (commands.exec !== '*') return commands.exec ? run(commands.exec) : 0
  if (await exists(defaults.exec.file)) return run(defaults.exec.command)
  emit({ type: 'console', record: ['stderr', `There is no ${defaults.exec.file} to execute.\n`] })
  return 127

  async function defaultBuild(): Promise<string | null> {
    if (await exists('Makefile')) return 'make'
    return defaults.build && (await exists(defaults.build.file)) ? defaults.build.command : null
  }
}
