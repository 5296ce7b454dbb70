/**
 * Makes html results of Python sessions arrive.
 *
 * Every known server hands the html of a result to a JSON parser: the run fails and the session is blocked (protocol 02
 * §3.3). So inside IPython, html is written as the JSON text that this parser takes for a media record of type
 * `text/html`; the client turns that back into an html item. Run once per session; does nothing outside IPython.
 */
export const htmlPrelude = `
def _backend_ai_sdk():
    try:
        shell = get_ipython()
    except NameError:
        return
    if getattr(shell, "_backend_ai_sdk_html", False):
        return
    shell._backend_ai_sdk_html = True
    import json

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

_backend_ai_sdk()
del _backend_ai_sdk
`
