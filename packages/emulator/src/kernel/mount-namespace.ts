/**
 * What of the machine the programs of one session see otherwise: folders that they cannot write to, and folders outside
 * of their home. Linux has namespaces for that, which root may make, and others where the machine lets them; elsewhere
 * all can be written to, and what would be outside is not there.
 */
import { execFile } from 'node:child_process'
import { realpath } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'

import { shellQuote } from './shell-quote.ts'

export interface NamespaceMount {
  source: string
  /** Absolute. */
  target: string
  isReadOnly: boolean
}

/** By home. */
const namespaces = new Map<string, NamespaceMount[]>()

export function addNamespaceMount(home: string, mount: NamespaceMount): void {
  const mounts = namespaces.get(home)
  if (mounts) mounts.push(mount)
  else namespaces.set(home, [mount])
}

export function dropNamespace(home: string): void {
  namespaces.delete(home)
}

let flags: Promise<string[] | null> | undefined

/** Those of `unshare` with which it works here; null: none. */
export function namespaceFlags(): Promise<string[] | null> {
  flags ??= findFlags()
  return flags
}

async function findFlags(): Promise<string[] | null> {
  if (process.platform !== 'linux') return null
  // In a namespace of users, one is root to its mounts.
  const wanted = process.getuid?.() === 0 ? ['--mount'] : ['--map-root-user', '--mount']
  try {
    await promisify(execFile)('unshare', [...wanted, '/bin/sh', '-c', 'mount -t tmpfs none /mnt'])
    return wanted
  } catch {
    return null
  }
}

/** The command that runs a command of that session; the same one where nothing is mounted for it. */
export async function inNamespace(
  home: string,
  /** A place for the root of the file system, which is mounted there for the session alone. */
  directory: string,
  command: readonly [string, ...string[]],
): Promise<[string, ...string[]]> {
  const mounts = namespaces.get(home)
  const known = mounts && (await namespaceFlags())
  if (!known) return [...command]
  return ['unshare', ...known, '/bin/sh', '-c', await scriptOf(mounts, join(directory, 'root')), 'sh', ...command]
}

/** Where a directory of the machine becomes one of ours, with all that is in it, there can be others in it. */
const expand = `expand() {
  for entry in "$1"/* "$1"/.[!.]*; do
    if [ -L "$entry" ]; then cp -P "$entry" "$root$entry"
    elif [ -e "$root$entry" ] || [ ! -e "$entry" ]; then continue
    elif [ -d "$entry" ]; then mkdir "$root$entry" && mount --rbind "$entry" "$root$entry"
    else : > "$root$entry" && mount --bind "$entry" "$root$entry"
    fi
  done
}`

async function scriptOf(mounts: readonly NamespaceMount[], root: string): Promise<string> {
  const outside = mounts.filter(({ source, target }) => source !== target)
  const lines = ['set -e']
  // Nothing that the mounts below have of set-user-id programs and devices can be given up in a namespace of users.
  const bind = ({ source, isReadOnly }: NamespaceMount, target: string): void => {
    const place = shellQuote(target)
    lines.push(`mount --bind ${shellQuote(source)} ${place}`)
    if (isReadOnly) lines.push(`mount -o remount,bind,ro,nosuid,nodev ${place}`)
  }
  if (outside.length === 0) {
    for (const mount of mounts) bind(mount, mount.target)
    return [...lines, 'cd "$PWD"', 'exec "$@"'].join('\n')
  }
  const places = await Promise.all(outside.map(({ target }) => placeOf(target)))
  const opened = [...new Set(places.flatMap(({ above }) => above))]
  lines.push(
    `root=${shellQuote(root)}`,
    'mkdir -p "$root"',
    'mount -t tmpfs -o mode=755 none "$root"',
    expand,
    ...opened.map((path) => `mkdir -p "$root"${shellQuote(path)}`),
    ...opened.map((path) => `expand ${shellQuote(path)}`),
  )
  for (const mount of mounts) if (!outside.includes(mount)) bind(mount, root + mount.target)
  for (const [index, mount] of outside.entries()) {
    const target = root + (places[index]?.path ?? mount.target)
    lines.push(`mkdir -p ${shellQuote(target)}`)
    bind(mount, target)
  }
  lines.push(`exec chroot "$root" /bin/sh -c 'cd "$1" && shift && exec "$@"' sh "$PWD" "$@"`)
  return lines.join('\n')
}

/** Where it really would be, and the directories above it that there are, `''` for the root first. */
async function placeOf(target: string): Promise<{ path: string; above: string[] }> {
  let found = dirname(target)
  let real: string | undefined
  while ((real = await realpath(found).catch(() => undefined)) === undefined) found = dirname(found)
  const parts = real.split('/').slice(1).filter(Boolean)
  const above = ['', ...parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)]
  return { path: join(real, relative(found, target)), above }
}
