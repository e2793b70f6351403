"""An HTTP/3 client for t/http3.t.

usage: client.py PORT

Reads a line of JSON for each request, {"path", "method", "headers": [[name, value]...], "body", "early": true}, and answers with
one: {"status", "headers": {name: value}, "body", "early": whether it was sent and taken as 0-RTT}, or {"error"}. Text is
bytes in Latin-1. Each request has a connection of its own; a session is kept for the next that is to be early.
"""

import asyncio
import json
import ssl
import sys

from aioquic.asyncio.client import connect
from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.h3.connection import H3Connection
from aioquic.h3.events import DataReceived, HeadersReceived
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import ConnectionTerminated, StreamReset


class Client(QuicConnectionProtocol):
    """One request, and what comes back."""

    def __init__(self, *args, **with_names):
        super().__init__(*args, **with_names)
        self.http = H3Connection(self._quic)
        self.headers = []
        self.body = b""
        self.answered = asyncio.get_running_loop().create_future()

    def ask(self, headers, body):
        stream = self._quic.get_next_available_stream_id()
        self.http.send_headers(stream, headers, end_stream=not body)
        if body:
            self.http.send_data(stream, body, end_stream=True)
        self.transmit()

    def quic_event_received(self, event):
        if isinstance(event, (ConnectionTerminated, StreamReset)):
            self.end(ConnectionError(f"{type(event).__name__} {event.error_code:#x}"))
            return
        for http_event in self.http.handle_event(event):
            if isinstance(http_event, HeadersReceived):
                self.headers += http_event.headers
            elif isinstance(http_event, DataReceived):
                self.body += http_event.data
            if http_event.stream_ended:
                self.end(None)

    def end(self, error):
        if self.answered.done():
            return
        if error:
            self.answered.set_exception(error)
        else:
            self.answered.set_result(None)


async def ask(port, request, tickets):
    is_early = request.get("early", False)
    configuration = QuicConfiguration(
        is_client=True,
        alpn_protocols=["h3"],
        server_name="localhost",
        verify_mode=ssl.CERT_NONE,
        session_ticket=tickets.pop() if is_early and tickets else None,
    )
    fields = [
        (":method", request.get("method", "GET")),
        (":scheme", "https"),
        (":authority", request.get("authority", "localhost")),
        (":path", request["path"]),
        *request.get("headers", []),
    ]
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields]
    async with connect(
        "127.0.0.1",
        port,
        configuration=configuration,
        create_protocol=Client,
        session_ticket_handler=tickets.append,
        wait_connected=not is_early,
    ) as client:
        client.ask(headers, request.get("body", "").encode("latin-1"))
        await asyncio.wait_for(client.answered, 20)
        answer = {name.decode("latin-1"): value.decode("latin-1") for name, value in client.headers}
        return {
            "status": int(answer.pop(":status")),
            "headers": answer,
            "body": client.body.decode("latin-1"),
            "early": is_early and client._quic.tls.early_data_accepted,
        }


async def main():
    port, tickets = int(sys.argv[1]), []
    for line in sys.stdin:
        try:
            answer = await ask(port, json.loads(line), tickets)
        except Exception as error:  # pylint: disable=broad-except
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


asyncio.run(main())
