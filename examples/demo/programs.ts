/** The same programs in the languages that a host may have. */
import type { BatchCommands } from '@backend-ai-sdk/client'

interface Programs {
  image: string
  counting: string
  asking: string
  batch: { file: string; code: string; commands: BatchCommands }
}

export const programs: Record<'python' | 'node', Programs> = {
  python: {
    image: 'python',
    counting: `import time
for i in range(5):
    print("step", i, flush=True)
    time.sleep(0.3)
print(sum(range(101)))`,
    asking: `name = input("What is your name? ")
print(f"Hello, {name}!")`,
    batch: {
      file: 'main.py',
      code: 'import sys\nprint("main.py says", sys.argv[1:])\n',
      commands: { clean: 'rm -f *.log', build: 'echo "building" | tee build.log', exec: 'python main.py one two' },
    },
  },
  node: {
    image: 'node',
    counting: `for (let i = 0; i < 5; i++) {
  console.log('step', i)
  await new Promise((resolve) => setTimeout(resolve, 300))
}
console.log(Array.from({ length: 101 }, (_, i) => i).reduce((a, b) => a + b))`,
    asking: `const name = await input('What is your name? ')
console.log(\`Hello, \${name}!\`)`,
    batch: {
      file: 'main.js',
      code: 'console.log("main.js says", process.argv.slice(2))\n',
      commands: { clean: 'rm -f *.log', build: 'echo "building" | tee build.log', exec: 'node main.js one two' },
    },
  },
}
