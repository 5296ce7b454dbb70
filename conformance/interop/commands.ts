/** The command `backend.ai`. */
import { expect } from 'vitest'

import type { Account } from '../targets.ts'
import { absent, byVersion, type Outcome, type Outcomes } from './outcomes.ts'

/** Of the session that a command is given. */
export interface Given {
  id: string
  name: string
  image: string
}

export interface Command {
  /** As the table shows it; also what is run, with the session's values in the place of NAME, ID and IMAGE. */
  command: string
  when?: string
  args?: (given: Given) => string[]
  /** Without a fresh session. */
  sessionless?: boolean
  account?: Account
  /** What it reads. */
  input?: string
  outcome: Outcomes
  note?: string
}

const text = (pattern: RegExp): unknown => expect.stringMatching(pattern)
const any: unknown = expect.anything()

/** What it printed, and which status it ended with. */
const ends = (stdout: unknown, stderr: unknown = any, status = 0): Outcome => ({
  cell: 'works',
  expected: { status, stdout, stderr },
})
const breaks = (stderr: unknown, status = 1): Outcome => ({
  cell: '**fails**',
  expected: { status, stdout: any, stderr },
})

const exampleFile = 'main.py'
const idOnly = 'the client takes ids alone'
const idMessage = text(/session ID must be given in the UUID format/)

const runs: Command[] = [
  {
    command: "run -c 'print(6 * 7)' IMAGE",
    args: ({ image, name }) => ['run', '-t', name, '-c', 'print(6 * 7)', image],
    outcome: ends('42\n', text(/Reusing session .*\n[^]*Execution finished\. \(exit code = 0\)/)),
  },
  {
    command: "run --rm -c 'print(6 * 7)' IMAGE",
    args: ({ image }) => ['run', '--rm', '-r', 'cpu=1', '-r', 'mem=512m', '-c', 'print(6 * 7)', image],
    sessionless: true,
    outcome: ends('42\n', text(/is ready[^]*Execution finished\. \(exit code = 0\)[^]*Cleaned up the session/)),
  },
  {
    command: "run -q -c 'input()' IMAGE",
    when: 'with input',
    args: ({ image, name }) => ['run', '-q', '-t', name, '-c', "print('hi', input('name? '))", image],
    input: 'Ada\n',
    outcome: ends('name? hi Ada\n', ''),
  },
  {
    command: "run -c 'getpass()' IMAGE",
    when: 'with a password',
    args: ({ image, name }) => [
      'run',
      '-q',
      '-t',
      name,
      '-c',
      "import getpass; print(len(getpass.getpass('pw? ')))",
      image,
    ],
    input: 'secret\n',
    outcome: ends('pw? 6\n', any),
  },
  {
    command: "run -q -c '…' IMAGE",
    when: 'that lasts',
    args: ({ image, name }) => [
      'run',
      '-q',
      '-t',
      name,
      '-c',
      'import time\nfor i in range(3): print(i, flush=True); time.sleep(0.5)',
      image,
    ],
    outcome: ends('0\n1\n2\n', ''),
  },
  {
    command: "run -c '1 / 0' IMAGE",
    args: ({ image, name }) => ['run', '-t', name, '-c', '1 / 0', image],
    outcome: byVersion(
      ends('', text(/ZeroDivisionError: division by zero[^]*\(exit code = 0\)/)),
      ends('', text(/ZeroDivisionError: division by zero[^]*\(exit code = 1\)/)),
    ),
    note: 'the exit code of such a query is 0 up to 25.x',
  },
  {
    command: 'run IMAGE main.py',
    when: 'a batch with the default commands',
    args: ({ image, name }) => ['run', '-t', name, image, exampleFile],
    outcome: ends('42\n', text(/Uploading done[^]*Build finished\. \(exit code = 0\)[^]*\(exit code = 0\)/)),
    note: 'hangs on released servers since 24.09.13 where the steps take no time',
  },
  {
    command: 'run --clean … --build … --exec … IMAGE main.py',
    args: ({ image, name }) => {
      const steps = ['--clean', 'echo c', '--build', 'echo b', '--exec', 'python main.py; exit 3']
      return ['run', '-t', name, ...steps, image, exampleFile]
    },
    outcome: ends('c\nb\n42\n', text(/Clean finished[^]*Build finished[^]*Execution finished\. \(exit code = 3\)/)),
    note: 'the same',
  },
  {
    command: "run --build 'exit 2' IMAGE main.py",
    when: 'a build that fails',
    args: ({ image, name }) => ['run', '-t', name, '--build', 'exit 2', image, exampleFile],
    outcome: ends(any, text(/Build finished\. \(exit code = 2\)/)),
  },
  {
    command: 'run --rm -s IMAGE main.py',
    when: 'with statistics',
    args: ({ image }) => ['run', '--rm', '-s', '-r', 'cpu=1', '-r', 'mem=512m', image, exampleFile],
    sessionless: true,
    outcome: byVersion(ends(text(/^42\n[^]*Statistics:[^]*cpu_used/)), ends(text(/^42\n[^]*Statistics:/))),
    note: 'servers of 26.9 answer with no statistics',
  },
  {
    command: 'run -c 1 nothing:1',
    when: 'an image that is not there',
    args: () => ['run', '-c', '1', 'nothing:1'],
    sessionless: true,
    outcome: ends('', text(/BackendAPIError\(404, 'Not Found'.*No such environment image\./)),
    note: 'with status 0',
  },
]

const lifecycle: Command[] = [
  {
    command: 'ps',
    when: 'without sessions',
    sessionless: true,
    account: 'otherUser',
    outcome: byVersion(breaks(text(/NoItems/)), ends(text(/^Name .*Status .*\n[- ]+\n$/))),
    note: '23.9.10 prints a traceback',
  },
  {
    command: 'ps',
    outcome: ends(text(/^Name .*Status[^]*\nNAME .*cr\.backend\.ai\/stable\/python:3\.9-ubuntu20\.04 .*RUNNING/)),
  },
  {
    command: '--output json ps',
    outcome: ends(text(/^\{\n {2}"count": \d+,\n {2}"total_count"[^]*"name": "NAME"/)),
  },
  {
    command: 'session list --status RUNNING --format name,status',
    outcome: ends(text(/^Name +Status\n[- ]+\n[^]*NAME +RUNNING/)),
  },
  {
    command: 'admin session list',
    account: 'admin',
    outcome: ends(text(/^Name [^]*NAME /)),
  },
  {
    command: 'start IMAGE',
    args: ({ image, name }) => ['start', '-t', name, '-r', 'cpu=1', '-r', 'mem=512m', image],
    sessionless: true,
    outcome: ends('', text(/Session ID [\da-f-]{36} is created and ready\.\n.*app services: .*sshd, ttyd/)),
  },
  {
    command: 'start --enqueue-only IMAGE',
    args: ({ image, name }) => ['start', '-t', name, '--enqueue-only', '-r', 'cpu=1', '-r', 'mem=512m', image],
    sessionless: true,
    outcome: ends('', text(/Session ID [\da-f-]{36} is enqueued for scheduling\./)),
  },
  {
    command: 'start -t NAME IMAGE',
    when: 'of a session that is there',
    args: ({ image, name }) => ['start', '-t', name, image],
    outcome: ends('', text(/Session ID [\da-f-]{36} is already running and ready\./)),
  },
  {
    command: 'info ID',
    outcome: ends(text(/\nStatus +RUNNING\n[^]*Occupying Slots +cpu:1, mem:[^]*Cluster Role: main[^]*Dependencies/)),
  },
  { command: 'info NAME', outcome: breaks(idMessage), note: idOnly },
  {
    command: 'session rename NAME NEW',
    args: ({ name }) => ['session', 'rename', name, `${name}-b`],
    outcome: byVersion(
      ends('', text(/Session renamed to NAME-b\./)),
      breaks(text(/400 Bad Request[^]*Malformed body/)),
    ),
    note: '26.9.6 sends the name in the query, where its server does not look',
  },
  {
    command: 'restart NAME',
    outcome: byVersion(ends('', text(/Done\./)), breaks(text(/501 Not Implemented[^]*no longer supported/))),
    note: 'gone on the servers of 26.x',
  },
  { command: 'session logs NAME', outcome: ends(any, text(/End of logs\./)) },
  { command: 'session upload NAME main.py', outcome: ends('', text(/Uploaded\./)) },
  { command: 'session ls NAME', outcome: ends(text(/^id_container +\d+ Bytes/m), text(/Retrived\./)) },
  { command: 'session download NAME id_container', outcome: ends('', text(/Downloaded/)) },
  {
    command: 'session status-history NAME',
    outcome: byVersion(
      breaks(text(/404 Not Found\s+Unknown URL path/)),
      breaks(text(/'NoneType' object has no attribute/)),
    ),
    note: 'servers of 23.9 have no such route; 26.9.6 looks for `result`, which its server leaves out',
  },
  { command: 'session abuse-history NAME', outcome: ends('{}\n') },
  {
    command: 'session show-graph NAME',
    outcome: byVersion(ends(text(/\("RUNNING" [\d:]+ ago\)/)), breaks(text(/IndexError: list index out of range/))),
    note: '26.9.6 expects `KernelStatus.RUNNING`, its server says `RUNNING`',
  },
  {
    command: 'apps NAME',
    outcome: ends(text(/Available arguments: \['--ServerApp\.base_url'\]/), text(/Service sshd[^]*Service ttyd/)),
  },
  { command: 'session commit NAME', outcome: ends('', text(/commit/i)) },
  {
    command: 'session set-priority NAME 20',
    outcome: byVersion(absent, breaks(text(/ValueError: .*must have a valid session ID/))),
    note: 'the client forgets to look the session up',
  },
  {
    command: 'create-from-template ID',
    outcome: byVersion(
      ends('', text(/500 Internal Server Error/), 1),
      breaks(text(/TypeError: .*unexpected keyword argument 'attach_network'/)),
    ),
    note: 'one that is not there, which servers of 23.9 answer with 500; the command of 26.9.6 has an argument that its library has not',
  },
  { command: 'rm NAME', outcome: ends('', text(/Done\./)) },
  {
    command: 'rm -f -s NAME',
    outcome: byVersion(ends(text(/cpu_used/), text(/Done\./)), ends(any, text(/Done\./))),
  },
  {
    command: 'rm nobody',
    sessionless: true,
    outcome: { cell: 'works', expected: { status: 1, stdout: any, stderr: text(/BackendAPIError: 404 Not Found/) } },
  },
]

export const commands: Command[] = [...lifecycle, ...runs]
