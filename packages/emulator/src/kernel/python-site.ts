/**
 * `sitecustomize` for the Python programs that a kernel starts: their `input()` and `getpass()` ask through the socket
 * of `input-socket.ts`. A program whose standard input is a file or a pipe keeps it. Any Python must be able to read
 * this, so that 2.7 passes over it.
 */
export const pythonSite = String.raw`import os
import sys


def ask(prompt, is_password):
    import json
    import socket
    sys.stdout.write(str(prompt))
    sys.stdout.flush()
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(os.environ['BACKENDAI_INPUT_SOCKET'])
        connection.sendall(json.dumps({'isPassword': is_password}).encode() + b'\n')
        answer = b''
        while True:
            data = connection.recv(65536)
            if not data:
                break
            answer += data
    finally:
        connection.close()
    if not answer:
        raise EOFError('nobody answered')
    return json.loads(answer.decode())['text']


def install():
    import builtins
    import getpass
    nothing, stdin = os.stat(os.devnull), os.fstat(0)
    if (stdin.st_dev, stdin.st_ino) == (nothing.st_dev, nothing.st_ino):
        builtins.input = lambda prompt='': ask(prompt, False)
        getpass.getpass = lambda prompt='Password: ', stream=None, **options: ask(prompt, True)


def next_in_line():
    """The sitecustomize that this one hides."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if os.path.abspath(path) != here]
    own = sys.modules.pop('sitecustomize')
    try:
        import sitecustomize
    except ImportError:
        sys.modules['sitecustomize'] = own


if sys.version_info[0] > 2 and 'BACKENDAI_INPUT_SOCKET' in os.environ:
    try:
        install()
    except OSError:
        pass
next_in_line()
`
