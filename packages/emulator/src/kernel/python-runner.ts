/**
 * The program inside a Python kernel, as text, because a bundle has no files beside it. Standard library only, 3.8+.
 * It runs cells in one namespace; `python-pipes.ts` is how it talks, `python-display.ts` how it shows.
 */
export const pythonRunner = String.raw`import __future__
import ast
import builtins
import getpass
import keyword
import linecache
import os
import re
import signal
import sys
import threading
import traceback
import types

import backendai_display
import backendai_pipes

CO_COROUTINE = 0x80
FUTURE_FLAGS = 0
for name in __future__.all_feature_names:
    FUTURE_FLAGS |= getattr(__future__, name).compiler_flag
STARTS_A_PROGRAM = {'subprocess.Popen', 'os.system', 'os.posix_spawn', 'os.fork', 'os.forkpty', 'os.exec'}
OWN_FILES = {__file__, backendai_display.__file__, backendai_pipes.__file__}


class Kernel:
    def __init__(self):
        self.pipes = backendai_pipes.Pipes()
        self.commands = backendai_pipes.Commands(self.pipes)
        self.stdout = sys.stdout = sys.__stdout__ = backendai_pipes.Output(1, self.pipes).text()
        self.stderr = sys.stderr = sys.__stderr__ = backendai_pipes.Output(2, self.pipes).text()
        self.cells = 0
        self.questions = 0
        self.running = False
        self.flags = 0
        self.loop = None
        self.ended_by = None
        module = types.ModuleType('__main__')
        self.namespace = module.__dict__
        sys.modules['__main__'] = module
        sys.path[:] = ['', *(path for path in sys.path if path != os.path.dirname(__file__))]
        shell = sys.argv[1:] == ['shell']
        sys.argv = ['']
        sys.displayhook = self.show_value
        builtins.input = lambda prompt='', /: self.ask(prompt, False)
        getpass.getpass = lambda prompt='Password: ', stream=None, **options: self.ask(prompt, True)
        builtins.display = backendai_display.install(self.show)
        self.shell = None
        if shell:
            self.shell = backendai_display.install_shell()
        sys.addaudithook(self.notice())
        signal.signal(signal.SIGINT, self.on_interrupt)

    def serve(self):
        self.pipes.mark = self.commands.next()['mark'].encode()
        self.pipes.send(type='ready')
        while True:
            command = self.commands.next()
            if command['type'] == 'run':
                self.run(command['code'])
            elif command['type'] == 'complete':
                self.pipes.send(type='completions', id=command['id'], matches=self.complete(command['line']))

    def run(self, source):
        self.cells += 1
        signal.signal(signal.SIGINT, self.on_interrupt)
        self.running = True
        exit_code = 0
        try:
            self.pipes.send(type='started')
            self.user_code(source, '<cell %d>' % self.cells)
        except BaseException as error:
            self.running = self.pipes.interrupted = False
            exit_code = self.report(error)
        self.running = self.pipes.interrupted = False
        for stream in sys.stdout, sys.stderr:
            try:
                stream.flush()
            except Exception:
                pass
        if self.pipes.forked:
            os._exit(exit_code)
        self.pipes.send(type='finished', exitCode=exit_code)

    def user_code(self, source, filename):
        """All that an interrupt may end; on_interrupt() looks for this frame."""
        self.pipes.hold()
        self.pipes.release()
        linecache.cache[filename] = len(source), None, source.splitlines(True), filename
        tree = compile(source, filename, 'exec', self.flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | ast.PyCF_ONLY_AST, True)
        parts = [(tree, 'exec')]
        if tree.body and isinstance(tree.body[-1], ast.Expr) and not source.rstrip().endswith(';'):
            parts.append((ast.Interactive([tree.body.pop()]), 'single'))
        codes = []
        for part, mode in parts:
            codes.append(compile(part, filename, mode, self.flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, True))
            self.flags |= codes[-1].co_flags & FUTURE_FLAGS
        if any(code.co_flags & CO_COROUTINE for code in codes):
            self.wait(self.evaluate(codes))
        else:
            for code in codes:
                eval(code, self.namespace)
        backendai_display.show_figures()

    async def evaluate(self, codes):
        for code in codes:
            result = eval(code, self.namespace)
            if code.co_flags & CO_COROUTINE:
                try:
                    await result
                except BaseException as error:
                    self.ended_by = error
                    raise

    def wait(self, coroutine):
        """Top-level await, in one loop for all runs."""
        import asyncio
        if self.loop is None:
            self.loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self.loop)
        self.ended_by = None
        task = self.loop.create_task(coroutine)
        try:
            self.loop.run_until_complete(task)
        except KeyboardInterrupt:
            if task.done():
                raise
            task.cancel()
            try:
                self.loop.run_until_complete(task)
            except asyncio.CancelledError:
                # Before 3.11 the frames of the user are in that of the coroutine alone.
                raise KeyboardInterrupt().with_traceback(self.ended_by and self.ended_by.__traceback__) from None
            raise

    def on_interrupt(self, signum, frame):
        if not self.running:
            return
        while frame is not None and frame.f_code is not Kernel.user_code.__code__:
            frame = frame.f_back
        if frame is None or self.pipes.held:
            self.pipes.interrupted = True  # user_code() or release() sees it
        else:
            self.pipes.interrupt()

    def notice(self):
        # A plain function: it is called for every id(), where a method takes three times as long.
        def hook(event, arguments):
            if event in STARTS_A_PROGRAM and self.running:
                self.pipes.turn(None)
        return hook

    def ask(self, prompt, is_password):
        if self.pipes.forked or threading.current_thread() is not threading.main_thread():
            raise RuntimeError('only the main thread of the kernel can ask for input')
        self.stdout.write(str(prompt))
        self.questions += 1
        self.pipes.send(type='input', id=self.questions, isPassword=is_password)
        while True:
            command = self.commands.next()
            if command['type'] == 'answer' and command['id'] == self.questions:
                return command['text']

    def show(self, record):
        kind, data = record
        if kind == 'stdout':
            self.stdout.write(data)
        else:
            self.pipes.send(type='display', record=record)
            self.pipes.turn(None)

    def show_value(self, value):
        if value is not None:
            builtins._ = value
            if self.shell:
                data, metadata = self.shell.displayhook.compute_format_data(value)
                self.show(backendai_display.record(data))
            else:
                builtins.display(value)

    def report(self, error):
        """Prints what ended the run, and gives its exit code."""
        if isinstance(error, SystemExit):
            if error.code is None or isinstance(error.code, int):
                return int(error.code or 0)
            self.stderr.write('%s\n' % (error.code,))
            return 1
        trace = traceback.TracebackException(type(error), error, error.__traceback__)
        only_user_frames(trace, set())
        self.stderr.write(''.join(trace.format() if trace.stack else trace.format_exception_only()))
        return 1

    def complete(self, line):
        if re.match(r'\s*(import|from)\s+\w*$', line):
            import pkgutil
            stem = re.search(r'\w*$', line).group()
            names = {module.name for module in pkgutil.iter_modules()} | set(sys.builtin_module_names)
            head = ''
        else:
            head, stem = re.search(r'((?:[^\W\d]\w*\.)*)(\w*)$', line).groups()
            if not head and not stem:
                return []
            if head:
                try:
                    names = dir(eval(head[:-1], self.namespace))
                except Exception:
                    return []
            else:
                names = {*self.namespace, *dir(builtins), *keyword.kwlist}
        private = stem.startswith('_')
        return sorted(head + name for name in names if name.startswith(stem) and (private or name[0] != '_'))


def only_user_frames(trace, seen):
    if trace is None or id(trace) in seen:
        return
    seen.add(id(trace))
    frames = [frame for frame in trace.stack if frame.filename not in OWN_FILES]
    cells = [index for index, frame in enumerate(frames) if frame.filename.startswith('<cell ')]
    trace.stack[:] = frames[cells[0]:] if cells else frames
    for inner in [trace.__cause__, trace.__context__, *(getattr(trace, 'exceptions', None) or [])]:
        only_user_frames(inner, seen)


Kernel().serve()
`
