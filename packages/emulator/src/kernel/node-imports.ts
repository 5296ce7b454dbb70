/**
 * V8's REPL mode knows neither `import` declarations nor a way to answer `import()`. Both become calls of a function
 * that the runner provides; what is inside strings, templates, comments and regular expressions stays as it is.
 */
const IMPORT = '__import__'

const blank = /(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)+/y
const string = /'(?:[^'\\\n]|\\[^])*'|"(?:[^"\\\n]|\\[^])*"/y
const expression = /\/(?![*/])(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/y
const templatePart = /(?:[^`\\$]|\\[^]|\$(?!\{))*(?:`|\$\{|$)/y
const word = /[\p{ID_Start}$_#][\p{ID_Continue}$]*|\d[\w.]*/uy
const call = /import(?=\s*\()/y
const name = '[\\p{ID_Start}$_][\\p{ID_Continue}$]*'
const declaration = new RegExp(
  `import\\s*(?:(${name})\\s*,?\\s*)?(?:\\*\\s*as\\s+(${name})|\\{([^}]*)\\})?\\s*(?:\\bfrom\\s*)?` +
    `('[^'\\n]*'|"[^"\\n]*")(?:\\s*with\\s*(\\{[^}]*\\}))?`,
  'uy',
)

/** After these a slash begins a regular expression, as after most punctuation. */
const beforeExpression =
  /^(?:return|typeof|case|in|of|delete|void|throw|new|instanceof|do|else|yield|await|[^\w$)\]}])$/

/** The same program, with the same lines, without `import`. */
export function rewriteImports(code: string): string {
  if (!code.includes('import')) return code
  let output = ''
  let index = 0
  let last = ''
  /** One entry for each template that is open; the number of braces that are open in its expression. */
  const templates: number[] = []

  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = index
    const found = pattern.exec(code)
    if (!found || found[0] === '') return null
    index = pattern.lastIndex
    return found
  }
  const copy = (pattern: RegExp): boolean => {
    const found = match(pattern)
    if (found) output += found[0]
    return found !== null
  }
  const template = () => {
    const start = index
    if (copy(templatePart) && code.slice(start, index).endsWith('${')) templates.push(0)
    last = index > start && code[index - 1] === '{' ? '{' : ')'
  }

  while (index < code.length) {
    const lineBegins = /(?:^|[\n;}])\s*$/.test(output.slice(-100))
    if (copy(blank)) continue
    if (last !== '.' && match(call)) {
      output += IMPORT
      last = ')'
      continue
    }
    const declared = lineBegins ? match(declaration) : null
    if (declared) {
      output += dynamicImport(declared)
      last = ')'
      continue
    }
    const start = index
    if (copy(string)) last = ')'
    else if ((last === '' || beforeExpression.test(last)) && copy(expression)) last = ')'
    else if (copy(word)) last = code.slice(start, index)
    else {
      const character = code[index++] as string
      output += character
      last = character
      const open = templates.at(-1)
      if (character === '`') template()
      else if (open !== undefined && character === '{') templates[templates.length - 1] = open + 1
      else if (open !== undefined && character === '}') {
        if (open > 0) templates[templates.length - 1] = open - 1
        else {
          templates.pop()
          template()
        }
      }
    }
  }
  return output
}

function dynamicImport([text, defaultName, namespace, names, from, attributes]: RegExpExecArray): string {
  const loaded = `await ${IMPORT}(${from}${attributes ? `, { with: ${attributes} }` : ''})`
  // A line end that ended the declaration would not end an expression.
  const lines = ';' + '\n'.repeat(text.split('\n').length - 1)
  if (namespace)
    return `const ${namespace} = ${loaded}${defaultName ? `, ${defaultName} = ${namespace}.default` : ''}${lines}`
  const bindings = (names ?? '')
    .replaceAll(/\s+as\s+/g, ': ')
    .split(',')
    .map((binding) => binding.trim())
    .filter(Boolean)
  if (defaultName) bindings.unshift(`default: ${defaultName}`)
  return `${bindings.length > 0 ? `const { ${bindings.join(', ')} } = ` : ''}${loaded}${lines}`
}
