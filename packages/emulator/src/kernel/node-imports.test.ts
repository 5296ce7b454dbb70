import { describe, expect, test } from 'vitest'

import { rewriteImports } from './node-imports.ts'

describe('import()', () => {
  test.each([
    ["await import('x')", "await __import__('x')"],
    ['const { a } = await import ("x")', 'const { a } = await __import__ ("x")'],
    [
      '`${await import("x")} import("y") ${{ a: `${import("z")}` }}`',
      '`${await __import__("x")} import("y") ${{ a: `${__import__("z")}` }}`',
    ],
    ['a / import("x") / b', 'a / __import__("x") / b'],
  ])('%s', (code, expected) => expect(rewriteImports(code)).toBe(expected))

  test.each([
    "'import(x)'",
    '"a \\" import(x)"',
    '`import(x) \\` ${1} import(y)`',
    '// import(x)\n1',
    '/* import(x)\n import y from "z" */ 1',
    'loader.import(x)',
    'reimport(x); $import(x); important()',
    'x = /import(a)[/]import(b)/g',
    'return /"/.test(a) || "import(x)"',
    'import.meta.url',
  ])('leaves %s', (code) => expect(rewriteImports(code)).toBe(code))
})

describe('declarations', () => {
  test.each([
    ["import 'x'", "await __import__('x');"],
    ["import a from 'x'", "const { default: a } = await __import__('x');"],
    ["import { a, b as c } from 'x'; a", "const { a, b: c } = await __import__('x');; a"],
    ["import d, { a } from 'x'", "const { default: d, a } = await __import__('x');"],
    ["import * as n from 'x'", "const n = await __import__('x');"],
    ["import d, * as n from 'x'", "const n = await __import__('x'), d = n.default;"],
    [
      "import j from './j.json' with { type: 'json' }",
      "const { default: j } = await __import__('./j.json', { with: { type: 'json' } });",
    ],
    ["import {\n  a,\n  b,\n} from 'x'\nc", "const { a, b } = await __import__('x');\n\n\n\nc"],
    [
      "import a from 'x'\nimport b from 'y'",
      "const { default: a } = await __import__('x');\nconst { default: b } = await __import__('y');",
    ],
    ["1; import a from 'x'", "1; const { default: a } = await __import__('x');"],
  ])('%s', (code, expected) => expect(rewriteImports(code)).toBe(expected))
})

test('ends with programs that do not', () => {
  for (const code of ['import("', '`${import(', "import { a from 'x'", '/* import(', '`import', 'import /']) {
    expect(rewriteImports(code).length).toBeGreaterThan(0)
  }
})
