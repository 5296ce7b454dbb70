/** Finds the programs that languages need. */
import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'

/** Whether a language can be used here, in which version of its program, or why not. */
export type Availability = { available: true; version: string; path: string } | { available: false; reason: string }

const PROBE_LIMIT = 10_000
const known = new Map<string, Promise<Availability>>()

export interface ProgramProbe {
  /** In the order of preference. */
  names: readonly string[]
  /** Makes the program print its own path and its version on two lines. */
  parameters: readonly string[]
  /** Major and minor. */
  oldest: readonly [number, number]
}

/** The first program on the path that is new enough. Asks each path once, if it was found. */
export function findProgram(probe: ProgramProbe, path = process.env['PATH'] ?? ''): Promise<Availability> {
  const key = JSON.stringify([probe.names, path])
  const found = known.get(key) ?? search(probe, path)
  known.set(key, found)
  // What is missing may be installed.
  void found.then(({ available }) => available || known.delete(key))
  return found
}

async function search({ names, parameters, oldest }: ProgramProbe, path: string): Promise<Availability> {
  const refused: string[] = []
  for (const candidate of names.flatMap((name) => path.split(':').map((directory) => join(directory || '.', name)))) {
    const found = await ask(candidate, parameters, path)
    if (found && isAtLeast(found.version, oldest)) return { available: true, ...found }
    if (found) refused.push(`${candidate} is ${found.version}`)
  }
  const wanted = `${names.join(' or ')} ${oldest.join('.')} or newer`
  return { available: false, reason: `No ${wanted} in PATH${refused.map((fact) => `; ${fact}`).join('')}.` }
}

async function ask(candidate: string, parameters: readonly string[], path: string) {
  try {
    await access(candidate, constants.X_OK)
    const environment = { ...process.env, PATH: path }
    const { stdout } = await promisify(execFile)(candidate, parameters, { env: environment, timeout: PROBE_LIMIT })
    const [program, version] = stdout.split('\n')
    return program && version ? { path: program, version } : undefined
  } catch {
    // Not there, or not what it is called.
    return undefined
  }
}

function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [haveMajor = 0, haveMinor = 0] = version.split('.').map(Number)
  return haveMajor > major || (haveMajor === major && haveMinor >= minor)
}
