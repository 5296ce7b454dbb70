/** The page of `ttyd`: a screen without colours, enough to see that a shell is there. The real one has xterm.js in it. */
export const page = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="UTF-8"><title>ttyd - Terminal</title></head>
<body>
<pre id="screen" tabindex="0" style="min-height: 90vh; white-space: pre-wrap"></pre>
<script>
const screen = document.getElementById('screen')
const base = location.href.replace(/^http/, 'ws').replace(/[?#].*$/, '').replace(/\\/?$/, '/')
const socket = new WebSocket(base + 'ws', ['tty'])
const encoder = new TextEncoder()
const decoder = new TextDecoder()
const send = (text) => socket.send(encoder.encode(text))
socket.binaryType = 'arraybuffer'
socket.onopen = () => send(JSON.stringify({ AuthToken: '', columns: 80, rows: 24 }))
socket.onmessage = ({ data }) => {
  const bytes = new Uint8Array(data)
  const text = decoder.decode(bytes.subarray(1), { stream: true })
  if (bytes[0] === 0x30) screen.textContent += text.replace(/\\u001B\\[[0-9;?]*[A-Za-z]|\\r/g, '')
  if (bytes[0] === 0x31) document.title = text
}
const keys = { Enter: '\\r', Backspace: '\\u007F', Tab: '\\t', Escape: '\\u001B' }
screen.onkeydown = (event) => {
  const key = keys[event.key] ?? (event.key.length === 1 ? event.key : '')
  if (!key) return
  event.preventDefault()
  send('0' + (event.ctrlKey ? String.fromCharCode(key.toUpperCase().charCodeAt(0) & 31) : key))
}
screen.focus()
</script>
</body>
</html>
`
