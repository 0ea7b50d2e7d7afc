"""A real HTTP server on loopback for tests: it answers as it is told to."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

#: What was asked (method, path, body, headers) to what is answered: a status and a body, or bytes as they go out.
Answering = Callable[[str, str, bytes, dict[str, str]], tuple[int, bytes] | bytes]


@contextmanager
def answering(answer: Answering, host: str = "127.0.0.1") -> Iterator[str]:
    """The address of the server, while it runs."""

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            said = answer(self.command, self.path, body, dict(self.headers.items()))
            try:
                if isinstance(said, bytes):
                    self.wfile.write(said)
                    return
                status, content = said
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except OSError:
                pass  # whoever asked went away

        do_GET = do_POST = _handle  # noqa: N815 - the names http.server calls

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer((host, 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
