/**
 * Shell kernels: one interactive `sh` without a terminal, because only an interactive shell survives errors and comes
 * back from an interrupt with its variables.
 */
import { writeFileSync } from 'node:fs'
import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import type { Writable } from 'node:stream'

import type { StartKernel } from './kernel.ts'
import { startProcessKernel } from './process-kernel.ts'
import type { Availability } from './programs.ts'
import type { RunnerCommand, RunnerProgram } from './runner.ts'
import { shellQuote } from './shell-quote.ts'

const SHELL = '/bin/sh'
/** Without job control and line editing, both of which want a terminal. */
const INTERACTIVE = '-i +m +o emacs +o vi'

/**
 * Read by the shell at its start. Descriptors: 9 answers, 8 messages, 7 to 5 the first three, whatever user code does
 * with its own; 3 and 4 are left to it. The count of barriers is in a file: a subshell cannot count for its parent.
 *
 * `read` asks where its input is nobody's; other programs that read find the end of a file. After `exit` a new shell
 * goes on in the same directory, with the variables that were exported.
 */
const profile = `
PS1= PS2= PS4='+ '
exec 9<&3 8>&4 7>&1 6>&2 5<&0 3<&- 4>&-
_backendai_directory=\${ENV%/*} _backendai_run= _backendai_count=0
unset ENV

_backendai_send() {
  command read -r _backendai_count <"$_backendai_directory/count"
  _backendai_count=$((_backendai_count + 1))
  echo "$_backendai_count" >|"$_backendai_directory/count"
  printf '\\000%s%08x' "$_backendai_mark" "$_backendai_count" >&7
  printf '\\000%s%08x' "$_backendai_mark" "$_backendai_count" >&6
  printf '{"type":"barrier","barrier":%d}\\n%s\\n' "$_backendai_count" "$1" >&8
}
_backendai_started() {
  _backendai_run=$1
  _backendai_send '{"type":"started"}'
}
_backendai_finished() {
  set -- "$?" "$1"
  [ "$2" = "$_backendai_run" ] || return 0
  _backendai_run=
  _backendai_send '{"type":"finished","exitCode":'"$1"'}'
}
_backendai_exit() {
  [ "$_backendai_run" ] || return 0
  _backendai_send '{"type":"finished","exitCode":'"$1"'}'
  ENV=$_backendai_directory/profile exec ${SHELL} ${INTERACTIVE} <&5 >&7 2>&6 3<&9 4>&8
}
trap '_backendai_exit "$?" 2>/dev/null' EXIT

read() {
  if [ -z "$_backendai_run" ] || ! [ /dev/fd/0 -ef /dev/null ]; then
    command read "$@"
    return
  fi
  _backendai_password=false _backendai_prompt=false
  for _backendai_word; do
    shift
    if "$_backendai_prompt"; then
      printf %s "$_backendai_word"
      _backendai_prompt=false
      continue
    fi
    case $_backendai_word in -*s*) _backendai_password=true ;; esac
    case $_backendai_word in
      -*p) _backendai_prompt=true ;;
      -s) ;;
      *) set -- "$@" "$_backendai_word" ;;
    esac
  done
  command read -r _backendai_count <"$_backendai_directory/count"
  _backendai_send '{"type":"input","id":'"$((_backendai_count + 1))"',"isPassword":'"$_backendai_password"'}'
  while IFS= command read -r _backendai_line <&9; do
    case $_backendai_line in "$_backendai_count "*) break ;; esac
  done
  command read "$@" <<_backendai_end
\${_backendai_line#* }
_backendai_end
}

if [ -e "$_backendai_directory/mark" ]; then
  command read -r _backendai_mark <"$_backendai_directory/mark"
else
  command read -r _backendai_mark
  echo "$_backendai_mark" >"$_backendai_directory/mark"
  echo 0 >"$_backendai_directory/count"
  _backendai_send '{"type":"ready"}'
fi
`

const program: RunnerProgram = {
  command: SHELL,
  parameters: (directory) => ['-c', `ENV=$0 exec ${SHELL} ${INTERACTIVE}`, join(directory, 'shell', 'profile')],
  stdin: 'pipe',
  repeatsInterrupt: false,
  completes: false,
  speak(child, directory) {
    const commands = child.stdin as Writable
    const answers = child.stdio[3] as Writable
    const cell = join(directory, 'shell', 'cell')
    let run = 0
    const line = (text: string) => commands.write(`${text}\n`)
    // User code may have switched tracing on.
    const quietly = (command: string) => `{ ${command}; } 2>/dev/null`
    const report = () => line(quietly(`_backendai_finished ${run}`))
    return (command: RunnerCommand) => {
      switch (command.type) {
        case 'start':
          line(command.mark)
          break
        case 'run':
          run += 1
          writeFileSync(cell, `${command.code}\n`)
          line(`${quietly(`_backendai_started ${run}`)}; { . ${shellQuote(cell)}; } </dev/null`)
          break
        case 'proceed':
          // Not earlier: after an error or an interrupt the shell forgets what it has read ahead.
          report()
          break
        case 'interrupt':
          setTimeout(report, 100).unref()
          break
        case 'answer':
          answers.write(`${command.id} ${command.text.replaceAll('\n', ' ')}\n`)
          break
        case 'complete':
      }
    }
  },
}

/** Whether there is a POSIX shell. */
export async function check(): Promise<Availability> {
  try {
    await access(SHELL, constants.X_OK)
    return { available: true, version: 'POSIX', path: SHELL }
  } catch {
    return { available: false, reason: `There is no ${SHELL}.` }
  }
}

export const start: StartKernel = async (options) => {
  const shell = await check()
  if (!shell.available) throw new Error(shell.reason)
  const batch = { exec: { file: 'main.sh', command: 'sh main.sh' } }
  return startProcessKernel({ runner: program, files: { 'shell/profile': profile }, commands: {}, batch }, options)
}
