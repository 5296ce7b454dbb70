import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { checkLanguage } from './index.ts'
import { blockUntil, KernelHarness } from './testing.ts'

const python = await checkLanguage('python')

describe.skipIf(!python.available)('python: rich results', () => {
  let harness: KernelHarness
  const run = (code: string) => harness.run(code)
  beforeAll(async () => {
    harness = await KernelHarness.start('python')
    await run('import asyncio, os, subprocess, sys, time')
  })
  afterAll(() => harness.stop())

  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
  const dataUri = ['media', ['image/png', `data:image/png;base64,${png}`]]

  test('objects that know how they look', async () => {
    const shows = async (name: string, value: string) =>
      (await run(`class Shown:\n  def ${name}(self, **options): return ${value}\nShown()`)).console
    expect(await shows('_repr_html_', "'<b>한</b>'")).toEqual([['html', '<b>한</b>']])
    expect(await shows('_repr_svg_', "'<svg/>'")).toEqual([['media', ['image/svg+xml', '<svg/>']]])
    expect(await shows('_repr_png_', `__import__('base64').b64decode('${png}')`)).toEqual([dataUri])
    expect(await shows('_repr_jpeg_', "b'abc'")).toEqual([['media', ['image/jpeg', 'data:image/jpeg;base64,YWJj']]])
    expect(await shows('_repr_mimebundle_', `{'text/plain': 'p', 'image/png': '${png}'}`)).toEqual([dataUri])
    expect(await shows('_repr_mimebundle_', "{'text/plain': 'plain'}")).toEqual([['stdout', 'plain']])
    expect(await shows('_repr_html_', 'None')).toMatchObject([['stdout', expect.stringContaining('Shown object')]])
  })

  test('display() keeps the order of the output', async () => {
    const outcome = run(
      [
        "print('a')",
        "display({'text/html': '<i>'}, raw=True)",
        "os.write(1, b'b\\n')",
        "display(1, 'x')",
        "print('c', file=sys.stderr)",
        "open('written', 'w').close()",
      ].join('\n'),
    )
    blockUntil(() => existsSync(join(harness.home, 'written')))
    expect((await outcome).console).toEqual([
      ['stdout', 'a\n'],
      ['html', '<i>'],
      ['stdout', "b\n1'x'"],
      ['stderr', 'c\n'],
    ])
  })

  test('a result that no message can hold is an error of its own', async () => {
    const { stderr, exitCode } = await run("display({'text/html': 'x' * (33 << 20)}, raw=True)")
    expect(stderr).toMatch(/ValueError: a result of 33 MiB is too large to be shown\n$/)
    expect(exitCode).toBe(1)
  })

  test('from IPython.display import …, as recorded', async () => {
    const { console, stderr } = await run(
      [
        'import base64',
        'from IPython.display import display, HTML, Image, SVG',
        `display(Image(data=base64.b64decode('${png}')))`,
        `display(SVG('<svg xmlns="http://www.w3.org/2000/svg"/>'))`,
        "HTML('<b>x</b>')",
      ].join('\n'),
    )
    expect(stderr).toBe('')
    const [image, svg, html] = console
    expect(image).toEqual(dataUri)
    expect(svg).toEqual([
      'media',
      ['image/svg+xml', expect.stringContaining('<svg xmlns="http://www.w3.org/2000/svg"')],
    ])
    expect(html).toEqual(['html', '<b>x</b>'])
  })

  test('figures that are open at the end of a run', async () => {
    await mkdir(join(harness.home, 'matplotlib'))
    await writeFile(join(harness.home, 'matplotlib', '__init__.py'), '')
    await writeFile(
      join(harness.home, 'matplotlib', 'pyplot.py'),
      "numbers = []\ndef get_fignums(): return list(numbers)\ndef close(which): numbers.clear()\nclass figure:\n  def __init__(self, number): pass\n  def savefig(self, file, **options): file.write(b'abc')\n",
    )
    const { console } = await run("from matplotlib import pyplot\npyplot.numbers.append(1)\nprint('drawn')")
    expect(console).toEqual([
      ['stdout', 'drawn\n'],
      ['media', ['image/png', 'data:image/png;base64,YWJj']],
    ])
    expect((await run('1')).console).toEqual([['stdout', '1']])
  })
})
