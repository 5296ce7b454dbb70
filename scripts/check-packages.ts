/** Packs each package as it would be published, and holds the result against publint and attw. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const directory = mkdtempSync(join(tmpdir(), 'packed-'))
let failed = 0
let passed = 0

function check(title: string, command: string, args: string[]): void {
  try {
    execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' })
    passed++
    console.log(`✔ ${title}`)
  } catch (error) {
    failed++
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    console.error(`✘ ${title}\n${stdout}${stderr}`)
  }
}

try {
  for (const name of readdirSync('packages')) {
    const before = new Set(readdirSync(directory))
    execFileSync('pnpm', ['pack', '--pack-destination', directory], { cwd: join('packages', name), stdio: 'ignore' })
    const tarball = join(
      directory,
      readdirSync(directory).find((file) => !before.has(file))!,
    )
    check(`publint ${name}`, 'publint', ['run', tarball, '--strict'])
    // The command has no types to look at.
    if (name !== 'cli') check(`attw ${name}`, 'attw', [tarball, '--profile', 'esm-only'])
  }
} finally {
  rmSync(directory, { recursive: true, force: true })
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
