/**
 * Makes all results of Python sessions arrive; run once per session, does nothing outside IPython.
 *
 * - Every known server hands the html of a result to a JSON parser: the run fails and the session is blocked (protocol 02
 *   §3.3). So html is written as the JSON text that this parser takes for a media record of type `text/html`; the client
 *   turns that back into an html item.
 * - IPython sends what was printed within 0.2 s as one record, and every known agent cuts a record at 10 MiB (seen on
 *   23.9.10 and 26.9.6). So output leaves the kernel in messages of at most 2 Mi characters, 8 MiB.
 */
export const pythonPrelude = `
def _backend_ai_sdk():
    try:
        shell = get_ipython()
    except NameError:
        return
    if getattr(shell, "_backend_ai_sdk", False):
        return
    shell._backend_ai_sdk = True
    import json, sys

    def parsable(data):
        html = data.get("text/html")
        if not isinstance(html, str):
            return data
        return {**data, "text/html": json.dumps({"type": "text/html", "data": html})}

    publish = shell.display_pub.publish
    compute = shell.displayhook.compute_format_data

    def publish_parsable(data, *args, **kwargs):
        return publish(parsable(data), *args, **kwargs)

    def compute_parsable(result):
        data, metadata = compute(result)
        return parsable(data), metadata

    shell.display_pub.publish = publish_parsable
    shell.displayhook.compute_format_data = compute_parsable

    part = 2 << 20
    session = getattr(sys.stdout, "session", None)
    send = getattr(session, "send", None)

    # Newer versions of ipykernel send a whole message, older ones a kind and a content.
    def send_in_parts(channel, message, *args, **options):
        is_message = isinstance(message, dict)
        content = message["content"] if is_message else options.get("content")
        text = content.get("text") if isinstance(content, dict) else None
        if not isinstance(text, str) or len(text) <= part:
            return send(channel, message, *args, **options)
        # Each part is a message of its own: the runner refuses what has the signature of one before.
        if is_message:
            options["parent"] = message["parent_header"]
            message = message["msg_type"]
        for start in range(0, len(text), part):
            options["content"] = {**content, "text": text[start : start + part]}
            sent = send(channel, message, **options)
        return sent

    if callable(send):
        session.send = send_in_parts

_backend_ai_sdk()
del _backend_ai_sdk
`
