/** The same programs in the languages that a host may have. */
interface Programs {
  short: string
  /** Ends once there is a file `go`, which it removes. */
  waiting: string
  asking: string
  endless: string
  file: string
  batch: string
  exec: string
}

export const programs: Record<'python' | 'node', Programs> = {
  python: {
    short: 'print("still here")',
    waiting:
      'import os, time\nprint("first", flush=True)\nwhile not os.path.exists("go"):\n    time.sleep(0.1)\nos.remove("go")\nprint("last")',
    asking: 'name = input("Name? ")\nprint(f"Hello, {name}!")',
    endless: 'import time\nwhile True:\n    print("on and on", flush=True)\n    time.sleep(0.1)',
    file: 'main.py',
    batch: 'import sys\nprint("done")\nsys.exit(3)\n',
    exec: 'python main.py',
  },
  node: {
    short: 'console.log("still here")',
    waiting:
      'var fs = await import("node:fs")\nconsole.log("first")\nwhile (!fs.existsSync("go")) await new Promise((resolve) => setTimeout(resolve, 100))\nfs.rmSync("go")\nconsole.log("last")',
    asking: 'console.log(`Hello, ${await input("Name? ")}!`)',
    endless:
      'while (true) {\n  console.log("on and on")\n  await new Promise((resolve) => setTimeout(resolve, 100))\n}',
    file: 'main.js',
    batch: 'console.log("done")\nprocess.exitCode = 3\n',
    exec: 'node main.js',
  },
}
