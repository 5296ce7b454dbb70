/**
 * The program inside a JavaScript kernel, as text, because a bundle has no files beside it. Node 20.12+.
 *
 * User code runs in the main thread through the inspector's REPL mode, which alone keeps top-level `let`, `const` and
 * `class` from run to run, lets them be declared again, and awaits at top level. A second thread reads the commands, so
 * that an interrupt arrives while the first one is busy. Pipes and barriers are those of `python-pipes.ts`.
 */
export const nodeRunner = String.raw`'use strict'
const { Console } = require('node:console')
const fs = require('node:fs')
const { Session } = require('node:inspector')
const { Writable } = require('node:stream')
const { setImmediate } = require('node:timers')
const util = require('node:util')
const { promiseHooks } = require('node:v8')
const { Worker } = require('node:worker_threads')

const MESSAGES = 4
const MESSAGE_LIMIT = 32 << 20
const FORMS = ['text/html', 'image/svg+xml', 'image/png', 'image/jpeg']
const own = "globalThis[Symbol.for('backendai.kernel')]"
const CALL = 'function (value) { this(value) }'
const inspector = new Session()
const questions = new Map()
const pending = new Set()
let mark = ''
let barriers = 0
let writer
let questionCount = 0
let cells = 0
let running
let reader
let received
let todo

exports.start = (importModule) => {
  inspector.connect()
  for (const [fd, name] of [[1, 'stdout'], [2, 'stderr']]) {
    const stream = new Writable({ write: (chunk, encoding, done) => { turn(fd); writeAll(fd, chunk); done() } })
    Object.defineProperty(process, name, { value: Object.assign(stream, { fd }), configurable: true })
  }
  // The inspector keeps what its own console prints.
  globalThis.console = new Console({ stdout: process.stdout, stderr: process.stderr })
  globalThis.display = display
  globalThis.input = (prompt = '') => ask(prompt, false)
  globalThis.input.password = (prompt = '') => ask(prompt, true)
  Object.defineProperty(globalThis, '__import__', { value: importModule })
  Object.defineProperty(globalThis, Symbol.for('backendai.kernel'), { value: { receive, act } })
  process.exit = process.reallyExit = exit
  process.on('SIGINT', () => {})
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)

  const seen = new Int32Array(new SharedArrayBuffer(4))
  reader = new Worker('(' + readCommands + ')()', { eval: true, workerData: seen })
  reader.on('message', (command) => {
    if (command.type === 'start') {
      mark = command.mark
      send({ type: 'ready' })
    } else if (command.type === 'run') {
      void run(command.code)
    } else if (command.type === 'interrupt') {
      Atomics.add(seen, 0, 1)
      interrupt()
    } else if (command.type === 'answer') {
      questions.get(command.id)?.resolve(command.text)
      questions.delete(command.id)
    } else if (command.type === 'complete') {
      send({ type: 'completions', id: command.id, matches: complete(command.line) })
    }
  })
}

/** In the second thread. */
function readCommands() {
  const { Session } = require('node:inspector')
  const { Socket } = require('node:net')
  const { parentPort, workerData: seen } = require('node:worker_threads')
  const inspector = new Session()
  inspector.connectToMainThread()
  let text = ''
  const terminate = () => inspector.post('Runtime.terminateExecution')
  parentPort.on('message', terminate)
  let interrupts = 0
  // A main thread that does not look at the interrupt is busy, and only this ends what it does.
  const watch = (count) => setTimeout(() => {
    if (Atomics.load(seen, 0) >= count) return
    terminate()
    watch(count)
  }, 100)
  const commands = new Socket({ fd: 3, writable: false })
  commands.setEncoding('utf8')
  commands.on('data', (data) => {
    const lines = (text + data).split('\n')
    text = lines.pop()
    for (const line of lines) {
      const command = JSON.parse(line)
      parentPort.postMessage(command)
      if (command.type === 'interrupt') watch(++interrupts)
    }
  })
  commands.on('close', () => process.kill(process.pid, 'SIGKILL'))
}

function writeAll(fd, data) {
  for (let start = 0; start < data.length; ) {
    try {
      start += fs.writeSync(fd, data, start)
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error
      // A program that shares the pipe has changed it.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}

/** From here on the next one writes; undefined stands for other programs. */
function turn(next) {
  if (writer === next && next !== undefined) return
  writer = next
  barriers += 1
  const barrier = Buffer.from('\0' + mark + barriers.toString(16).padStart(8, '0'))
  writeAll(1, barrier)
  writeAll(2, barrier)
  // A message that an interrupt has torn ends at the line break.
  writeAll(MESSAGES, Buffer.from('\n{"type":"barrier","barrier":' + barriers + '}\n'))
}

function send(message) {
  const line = Buffer.from(JSON.stringify(message) + '\n')
  const size = line.length >> 20
  if (line.length > MESSAGE_LIMIT) throw new RangeError('A result of ' + size + ' MiB is too large to be shown')
  turn(undefined)
  writeAll(MESSAGES, line)
}

async function run(code) {
  cells += 1
  const name = 'cell-' + cells + '.js'
  send({ type: 'started' })
  const thisRun = (running = { exitCode: 0, exited: undefined, stop: undefined })
  const stopped = new Promise((resolve) => (thisRun.stop = resolve))
  const { promise, failure } = evaluate(code + '\n//# sourceURL=' + name)
  let last
  if (failure?.exceptionDetails) {
    const { lineNumber, columnNumber, exception } = failure.exceptionDetails
    const line = code.split('\n')[lineNumber]
    const place = name + ':' + (lineNumber + 1) + '\n' + line + '\n' + ' '.repeat(columnNumber) + '^\n'
    const { name: kind, message } = actual(exception)
    last = () => process.stderr.write(place + kind + ': ' + message + '\n')
    thisRun.exitCode = 1
  } else if (!failure) {
    last = await Promise.race([stopped, promise.then(
      (outcome) => () => show(outcome['.repl_result']),
      (error) => () => fail(error),
    )])
  }
  const whole = last !== undefined && withinReach(last)
  // Rejections that nothing handles are told after this turn.
  await new Promise((resolve) => setImmediate(resolve))
  if (thisRun.exited !== undefined) {
    thisRun.exitCode = thisRun.exited
  } else if (!whole) {
    thisRun.exitCode = 1
    process.stderr.write('Interrupted\n')
  }
  const exitCode = thisRun.exitCode || process.exitCode || 0
  process.exitCode = undefined
  running = undefined
  inspector.post('Runtime.releaseObjectGroup', { objectGroup: 'run' })
  send({ type: 'finished', exitCode })
}

/** Runs code as its own promise, or says why it did not begin: it did not compile, or was ended at once. */
function evaluate(expression) {
  let promise
  let failure
  const unhook = promiseHooks.onInit((created) => (promise ??= created))
  inspector.post('Runtime.evaluate', { expression, replMode: true, silent: true }, (error, outcome) => {
    failure = error ?? outcome
  })
  unhook()
  if (!failure) {
    // The inspector waits too, and calls back in the middle of a garbage collection if its promise gets lost.
    pending.add(promise)
    promise.then(() => pending.delete(promise), () => pending.delete(promise))
  }
  return { promise, failure }
}

/** The inspector's answer, which comes at once; undefined where an interrupt ended what it did. */
function post(method, parameters) {
  let answer
  inspector.post(method, { objectGroup: 'run', ...parameters }, (error, outcome) => {
    if (!error) answer = outcome
  })
  return answer
}

/** The value that the inspector only describes. */
function actual({ value, unserializableValue, objectId }) {
  const { result } = post('Runtime.evaluate', { expression: own + '.receive' })
  const described = objectId ? { objectId } : unserializableValue ? { unserializableValue } : { value }
  post('Runtime.callFunctionOn', { functionDeclaration: CALL, objectId: result.objectId, arguments: [described] })
  return received
}

/** Calls what user code takes part in, so that an interrupt ends it and not the runner; false if it did. */
function withinReach(action) {
  todo = action
  return post('Runtime.evaluate', { expression: own + '.act()', silent: true }) !== undefined
}

function act() {
  try {
    todo()
  } catch (error) {
    fail(error)
  }
}

function interrupt() {
  running?.stop()
  for (const { reject } of questions.values()) reject(new Error('Interrupted'))
  questions.clear()
}

/** process.exit() ends the run, at once and uncaught, but not the kernel. */
function exit(code = process.exitCode) {
  if (running) {
    running.exited ??= Number(code ?? 0)
    running.stop()
  }
  // The answer to the own session would come where no script may run.
  reader.postMessage('terminate')
  for (;;);
}

function fail(error) {
  if (running) running.exitCode = 1
  report(error)
}

/** Prints an error with the frames of user code alone. */
function report(error) {
  if (!(error instanceof Error)) {
    process.stderr.write('Uncaught ' + util.inspect(error) + '\n')
    return
  }
  let ours = false
  const lines = util.inspect(error).split('\n').filter((line) => {
    if (!/^\s+at /.test(line)) ours = false
    else if (/^\s+at Session\.post \(node:inspector/.test(line)) ours = true
    return !ours && !line.includes(__filename)
  })
  process.stderr.write(lines.join('\n') + '\n')
}

function ask(prompt, isPassword) {
  process.stdout.write(String(prompt))
  const id = ++questionCount
  send({ type: 'input', id, isPassword })
  return new Promise((resolve, reject) => questions.set(id, { resolve, reject }))
}

function show(value) {
  if (value !== undefined) display(value)
}

/** Shows values in their richest form; an object whose keys are MIME types is shown as what they say. */
function display(...values) {
  for (const value of values) {
    const bundle = formsOf(value)
    const mime = FORMS.find((form) => bundle[form] !== undefined)
    if (mime === undefined) {
      process.stdout.write(String(bundle['text/plain'] ?? util.inspect(value)))
      continue
    }
    let data = bundle[mime]
    if (mime === 'image/png' || mime === 'image/jpeg') {
      data = 'data:' + mime + ';base64,' + (typeof data === 'string' ? data : Buffer.from(data).toString('base64'))
    }
    send({ type: 'display', record: mime === 'text/html' ? ['html', String(data)] : ['media', [mime, String(data)]] })
    turn(undefined)
  }
}

function formsOf(value) {
  if (typeof value !== 'object' || value === null) return {}
  const method = value[Symbol.for('Jupyter.display')]
  if (typeof method === 'function') return method.call(value)
  const keys = Object.keys(value)
  return keys.length > 0 && keys.every((key) => /^\w+\/[\w.+-]+$/.test(key)) ? value : {}
}

function complete(line) {
  const [, head, stem] = /((?:[\p{ID_Continue}$]+\??\.)*)([\p{ID_Continue}$]*)$/u.exec(line)
  if (head + stem === '') return []
  const expression = head === '' ? 'globalThis' : head.replace(/\??\.$/, '')
  // Looking must not change anything, nor take long.
  const object = post('Runtime.evaluate', { expression, throwOnSideEffect: true, silent: true, timeout: 500 })
  if (!object || object.exceptionDetails) return []
  const found = names(actual(object.result))
  if (head === '') found.push(...post('Runtime.globalLexicalScopeNames').names)
  const isShown = (name) => /^[\p{ID_Start}$_]/u.test(name) && (stem.startsWith('_') || name[0] !== '_')
  const fits = (name) => name.startsWith(stem) && isShown(name)
  return [...new Set(found)].filter(fits).sort().map((name) => head + name)
}

function receive(value) {
  received = value
}

function names(value) {
  const found = []
  if (value === undefined || value === null) return found
  for (let object = Object(value); object; object = Object.getPrototypeOf(object)) {
    found.push(...Object.getOwnPropertyNames(object))
  }
  return found
}
`
