/** Apps of a session (service ports): programs that listen, started when somebody wants to reach them. */
import type { WorkDirectory } from '../sessions/work-directory.ts'
import type { StartTerminal } from '../terminal/terminal.ts'
import type { Timers } from '../timers.ts'
import type { AppConnection } from './connection.ts'

/** What a client may give to the start of an app. */
export interface AppOptions {
  arguments: Readonly<Record<string, string | readonly string[] | null>>
  environ: Readonly<Record<string, string>>
}

/** Where an app runs. */
export interface AppPlace {
  readonly host: AppHost
  readonly home: string
  readonly environment: Readonly<Record<string, string>>
  /** Null where there are no files. */
  readonly directories: () => Promise<WorkDirectory | null>
  readonly terminals: StartTerminal
  readonly timers: Timers
}

export interface RunningApp {
  /** Of the loopback interface; null where there is none. */
  readonly port: number | null
  /** @throws RefusedError where it does not listen. */
  connect(): Promise<AppConnection>
  /** Resolves when it is gone. */
  stop(): Promise<void>
  /** It ended by itself. */
  readonly ended: Promise<void>
}

/** A program to start: it must listen on the port that it is told. */
export interface Program {
  /** How it is called. */
  command(port: number): readonly string[]
  environment: Readonly<Record<string, string>>
  home: string
}

/** How apps are started and reached on this machine. */
export interface AppHost {
  /** An app that is part of the emulator. */
  serve(handler: (connection: AppConnection) => void): Promise<RunningApp>
  /** @throws LaunchError where it cannot be started, or does not listen in time. */
  run(program: Program): Promise<RunningApp>
  /** The SSH server of this machine. @throws LaunchError where there is none. */
  sshd(place: AppPlace): Promise<RunningApp>
  /** @throws RefusedError */
  connect(port: number): Promise<AppConnection>
}

/** Why an app does not start, as the runner says it. */
export class LaunchError extends Error {
  override readonly name = 'LaunchError'
}

/** In the words of the recorded runner. */
export const noSSH = 'the executable file is not found: /opt/kernel/dropbearmulti'

/** Nobody listens. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
}
