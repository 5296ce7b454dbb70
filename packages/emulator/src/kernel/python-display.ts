/**
 * The module `backendai_display` inside a Python kernel: rich results, and stand-ins for the part of IPython that
 * notebooks import. The order of preference among the forms of one value is IPython's.
 */
export const pythonDisplay = String.raw`import base64
import builtins
import importlib.abc
import importlib.machinery
import importlib.util
import io
import os
import sys
import types
import warnings

METHODS = {
    'text/html': '_repr_html_',
    'image/svg+xml': '_repr_svg_',
    'image/png': '_repr_png_',
    'image/jpeg': '_repr_jpeg_',
}


def forms(value):
    """What a value looks like, by MIME type, without its plain text."""
    if isinstance(value, type):
        return {}
    found = {}
    for mime, name in METHODS.items():
        method = getattr(value, name, None)
        form = method() if callable(method) else None
        found[mime] = form[0] if isinstance(form, tuple) else form
    method = getattr(value, '_repr_mimebundle_', None)
    bundle = method(include=None, exclude=None) if callable(method) else None
    bundle = bundle[0] if isinstance(bundle, tuple) else bundle
    found.update(bundle if isinstance(bundle, dict) else {})
    return {mime: form for mime, form in found.items() if isinstance(form, (str, bytes))}


def record(bundle):
    """The console record of a MIME bundle."""
    for mime in METHODS:
        form = bundle.get(mime)
        if form is None:
            continue
        if mime in ('image/png', 'image/jpeg'):
            text = base64.b64encode(form).decode() if isinstance(form, bytes) else ''.join(form.split())
            return ['media', [mime, 'data:%s;base64,%s' % (mime, text)]]
        text = form.decode() if isinstance(form, bytes) else form
        return ['html', text] if mime == 'text/html' else ['media', [mime, text]]
    return ['stdout', bundle.get('text/plain', '')]


def show_figures():
    """Figures that are open at the end of a run are its output."""
    pyplot = sys.modules.get('matplotlib.pyplot')
    if pyplot is None:
        return
    for number in pyplot.get_fignums():
        image = io.BytesIO()
        pyplot.figure(number).savefig(image, format='png', bbox_inches='tight')
        show(record({'image/png': image.getvalue()}))
    pyplot.close('all')


def display(*values, raw=False, **options):
    """Shows values in their richest form; with raw, values are MIME bundles."""
    for value in values:
        data = bundle(value, value if raw else forms(value))
        if shell:
            shell.display_pub.publish(data, {})
        else:
            show(record(data))


def bundle(value, found):
    return found if found.keys() & METHODS.keys() else {'text/plain': repr(value), **found}


class Shell:
    """As much of IPython's shell as changes what leaves the kernel."""

    def __init__(self):
        self.display_pub = types.SimpleNamespace(publish=lambda data, metadata=None, **options: show(record(data)))
        self.displayhook = types.SimpleNamespace(
            compute_format_data=lambda value: (bundle(value, forms(value)), {})
        )


shell = None


def install_shell():
    global shell
    shell = Shell()
    builtins.get_ipython = lambda: shell
    StandIns.modules['IPython']['get_ipython'] = builtins.get_ipython
    return shell


class Shown:
    """Data, the name of a file or a URL."""

    def __init__(self, data=None, url=None, filename=None, metadata=None, **options):
        if isinstance(data, str) and data.startswith(('http://', 'https://')):
            data, url = None, data
        elif isinstance(data, str) and len(data) < 1024 and os.path.isfile(data):
            data, filename = None, data
        self.data, self.url, self.filename, self.metadata = data, url, filename, metadata
        if filename is not None:
            with open(filename, 'rb') as file:
                self.data = file.read()

    def text(self):
        return self.data.decode() if isinstance(self.data, bytes) else self.data


class HTML(Shown):
    def _repr_html_(self):
        return self.text()


class SVG(Shown):
    def _repr_svg_(self):
        return self.text()


class Image(Shown):
    def _repr_html_(self):
        return '<img src="%s"/>' % self.url if self.url else None

    def __init__(self, *args, format=None, **options):
        super().__init__(*args, **options)
        found = 'jpeg' if (self.data or b'')[:2] == b'\xff\xd8' else 'png'
        self.format = (format or found).lower().replace('jpg', 'jpeg')

    def _repr_png_(self):
        return self.data if self.format == 'png' else None

    def _repr_jpeg_(self):
        return self.data if self.format == 'jpeg' else None


class Markdown(Shown):
    def __repr__(self):
        return self.text()


class StandIns(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers for IPython where it is not installed: it is asked last."""

    modules = {
        'IPython': {'get_ipython': lambda: None},
        'IPython.display': {
            'display': display, 'HTML': HTML, 'SVG': SVG, 'Image': Image, 'Markdown': Markdown,
            'clear_output': lambda wait=False: None,
        },
    }

    def find_spec(self, name, path=None, target=None):
        if name in self.modules:
            return importlib.util.spec_from_loader(name, self, is_package=name == 'IPython')

    def exec_module(self, module):
        module.__dict__.update(self.modules[module.__name__])


class OwnDisplay(importlib.abc.MetaPathFinder):
    """Where IPython is installed, its display() finds no shell to speak through: ours takes its place."""

    def find_spec(self, name, path=None, target=None):
        if name not in ('IPython.display', 'IPython.core.display', 'IPython.core.display_functions'):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def exec_module(module):
                execute(module)
                module.display = display

            spec.loader.exec_module = exec_module
        return spec


def install(show_record):
    global show
    show = show_record
    sys.meta_path.insert(0, OwnDisplay())
    sys.meta_path.append(StandIns())
    os.environ.setdefault('MPLBACKEND', 'agg')
    warnings.filterwarnings('ignore', message='.*non-interactive.*cannot be shown.*')
    return display
`
