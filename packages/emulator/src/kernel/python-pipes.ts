/**
 * The module `backendai_pipes` inside a Python kernel: what enters and leaves its process.
 *
 * Commands come as JSON lines on descriptor 3, messages go out on 4, and what user code prints goes to 1 and 2. Three
 * pipes have no common order, so whenever another one is written to, a numbered barrier goes into all three
 * (`ordered-output.ts` reads them): what was written before it is older than all that comes after it.
 */
export const pythonPipes = String.raw`import io
import json
import os
import signal
import threading
from select import select

COMMANDS, MESSAGES = 3, 4
MESSAGE_LIMIT = 32 << 20


def write_all(fd, data):
    data = memoryview(data).cast('B')
    while data:
        try:
            data = data[os.write(fd, data):]
        except BlockingIOError:  # a program that shares the pipe has changed it
            select([], [fd], [])


class Pipes:
    """All that leaves this process, with the barriers that keep it in order."""

    def __init__(self):
        self.outputs = os.dup(1), os.dup(2)  # barriers must not follow the dup2() of user code
        for fd in COMMANDS, MESSAGES:
            os.set_inheritable(fd, False)
            os.set_blocking(fd, True)
        self.mark = b''
        self.barriers = 0
        self.writer = None
        self.forked = False
        self.held = 0
        self.interrupted = False
        self.lock = threading.RLock()
        os.register_at_fork(after_in_child=self.leave)

    def leave(self):
        """In a forked child: plain output is all that is left to it."""
        self.forked = True
        self.lock = threading.RLock()
        for fd in COMMANDS, MESSAGES:
            os.close(fd)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def hold(self):
        """An interrupt waits until release(): it must not tear a message apart."""
        self.held += threading.current_thread() is threading.main_thread()

    def release(self):
        self.held -= threading.current_thread() is threading.main_thread()
        if self.interrupted and not self.held:
            self.interrupt()

    def interrupt(self):
        self.interrupted = False
        if not self.forked:
            write_all(MESSAGES, b'{"type":"interrupted"}\n')
        raise KeyboardInterrupt

    def turn(self, writer):
        """From here on the writer writes; None stands for other programs."""
        if self.forked or self.writer is writer is not None:
            return
        self.hold()
        try:
            with self.lock:
                self.writer = writer
                self.barriers += 1
                for fd in self.outputs:
                    write_all(fd, b'\0%s%08x' % (self.mark, self.barriers))
                write_all(MESSAGES, b'{"type":"barrier","barrier":%d}\n' % self.barriers)
        finally:
            self.release()

    def send(self, **message):
        if self.forked:
            return
        line = json.dumps(message).encode() + b'\n'
        if len(line) > MESSAGE_LIMIT:
            raise ValueError('a result of %d MiB is too large to be shown' % (len(line) >> 20))
        self.hold()
        try:
            with self.lock:
                self.turn(None)
                write_all(MESSAGES, line)
        finally:
            self.release()


class Output(io.RawIOBase):
    """Standard output or error, passed on as it comes."""

    def __init__(self, fd, pipes):
        self.fd = fd
        self.name = ('<stdout>', '<stderr>')[fd - 1]
        self.pipes = pipes

    def text(self):
        return io.TextIOWrapper(self, 'utf-8', 'backslashreplace', write_through=True)

    def writable(self):
        return True

    def fileno(self):
        return self.fd

    def write(self, data):
        if self.pipes.writer is not self:
            self.pipes.turn(self)
        try:
            written = os.write(self.fd, data)
        except BlockingIOError:
            written = 0
        size = memoryview(data).nbytes
        if written < size:
            write_all(self.fd, memoryview(data).cast('B')[written:])
        return size


class Commands:
    """What the emulator asks for; where it is gone, this process ends."""

    def __init__(self, pipes):
        self.pipes = pipes
        self.buffer = b''

    def next(self):
        while b'\n' not in self.buffer:
            select([COMMANDS], [], [])
            self.pipes.hold()
            try:
                data = os.read(COMMANDS, 65536)
                self.buffer += data
            finally:
                self.pipes.release()
            if not data:
                os._exit(0)
        line, self.buffer = self.buffer.split(b'\n', 1)
        return json.loads(line)
`
