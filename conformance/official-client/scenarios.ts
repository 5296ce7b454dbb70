/** What both clients are asked to do, and what is right. */
import type { BatchCommands, RunResult } from '@backend-ai-sdk/client'

export type Step =
  | {
      /** Code, or the commands of a batch. */
      run: string | BatchCommands
      /** Lines that the code reads. */
      input?: string[]
      /** Fields that differ from {@link nothing}; a step without it only prepares the next. */
      expect?: Partial<RunResult>
    }
  /** Contents by path below the session's home. */
  | { upload: Record<string, string> }

export interface Scenario {
  name: string
  title: string
  steps: Step[]
}

/** A run that ended well and printed nothing. */
export const nothing: RunResult = { html: [], media: [], stderr: '', stdout: '', exitCode: 0 }

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='
const html = 'from IPython.display import HTML, display\ndisplay(HTML("<b>x</b>"))'

export const scenarios: Scenario[] = [
  {
    name: 'quick-batch',
    title: 'a batch whose steps take no time',
    steps: [
      {
        run: { clean: 'echo clean', build: 'echo build', exec: 'echo exec' },
        expect: { stdout: 'clean\nbuild\nexec\n' },
      },
    ],
  },
  {
    name: 'slow-batch',
    title: 'a batch whose steps take a second',
    steps: [
      {
        run: { clean: 'sleep 1; echo clean', build: 'sleep 1; echo build', exec: 'sleep 1; echo exec' },
        expect: { stdout: 'clean\nbuild\nexec\n' },
      },
    ],
  },
  {
    name: 'ten-seconds',
    title: 'code that prints for 10 s',
    steps: [
      {
        run: 'import time\nfor i in range(20):\n  print(i, flush=True)\n  time.sleep(0.5)',
        expect: { stdout: Array.from({ length: 20 }, (_, i) => `${i}\n`).join('') },
      },
    ],
  },
  {
    name: 'input',
    title: 'input that is answered',
    steps: [
      {
        run: 'name = input("name? ")\nprint("Hi", name)',
        input: ['Ada'],
        expect: { stdout: 'name? Hi Ada\n' },
      },
    ],
  },
  {
    name: 'image',
    title: 'an image',
    steps: [
      {
        run: `import base64\nfrom IPython.display import Image, display\ndisplay(Image(base64.b64decode("${png}")))`,
        expect: { media: [{ mime: 'image/png', data: `data:image/png;base64,${png}` }] },
      },
    ],
  },
  { name: 'html', title: 'an html result', steps: [{ run: html, expect: { html: ['<b>x</b>'] } }] },
  {
    name: 'after-html',
    title: 'a second run, after an html result',
    steps: [{ run: html }, { run: 'print("on")', expect: { stdout: 'on\n' } }],
  },
  {
    name: 'fifty',
    title: '50 runs in a row',
    steps: Array.from({ length: 50 }, (_, i) => ({ run: `print(${i})`, expect: { stdout: `${i}\n` } })),
  },
  {
    name: 'upload',
    title: 'a file uploaded to `data/a.txt`, and read',
    steps: [
      { upload: { 'data/a.txt': 'ok' } },
      { run: 'print(open("data/a.txt").read())', expect: { stdout: 'ok\n' } },
    ],
  },
]
