/** The released Python clients, each in a virtual environment of its own, made where it is missing. */
import { spawnSync, type SpawnSyncOptionsWithStringEncoding, type SpawnSyncReturns } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

import type { ProfileName } from '@backend-ai-sdk/emulator'

export type Version = '23.9.10' | '26.9.6'

interface Release {
  python: string
  profile: ProfileName
  /** The variable that names another Python; the recipes in ../real-cluster read the same. */
  variable: string
}

export const releases: Readonly<Record<Version, Release>> = {
  '23.9.10': { python: '3.11', profile: '23.09', variable: 'RC_PYTHON' },
  '26.9.6': { python: '3.13', profile: '26.9', variable: 'PYTHON313' },
}
export const versions = Object.keys(releases) as Version[]

/** Where a client is, or why it is not there. */
export type PythonClient = { directory: string } | { missing: string }

const state = process.env['REAL_CLUSTER_STATE'] ?? join(import.meta.dirname, '../../.real-cluster')

export function preparePythonClient(version: Version): PythonClient {
  const directory = join(state, `interop-${version}`)
  const requirements = join(import.meta.dirname, 'requirements', `client-${version}.txt`)
  const pins = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 16)
  const marker = join(directory, `.complete-${pins}`)
  if (existsSync(marker)) return { directory }
  const python = findPython(releases[version])
  if (!python) return { missing: `there is no Python ${releases[version].python}` }
  console.log(`Installing backend.ai-client ${version} into ${directory}`)
  mkdirSync(directory, { recursive: true })
  succeed(spawnSync(python, ['-m', 'venv', '--clear', directory], output))
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '-r', requirements]
  succeed(spawnSync(join(directory, 'bin/python'), pip, output))
  writeFileSync(marker, '')
  return { directory }
}

const output: SpawnSyncOptionsWithStringEncoding = { encoding: 'utf8', stdio: ['ignore', 'inherit', 'pipe'] }

function succeed({ status, error, stderr }: SpawnSyncReturns<string>): void {
  if (status !== 0) throw error ?? new Error(stderr)
}

function findPython({ python, variable }: Release): string | undefined {
  const chosen = process.env[variable]
  const installed = globSync(join(homedir(), `.pyenv/versions/${python}*/bin/python`))
  const check = `import sys, venv, ensurepip; sys.exit('%d.%d' % sys.version_info[:2] != '${python}')`
  return [...(chosen ? [chosen] : []), `python${python}`, ...installed].find(
    (candidate) => spawnSync(candidate, ['-c', check], { stdio: 'ignore' }).status === 0,
  )
}
