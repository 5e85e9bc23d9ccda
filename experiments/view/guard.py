"""Who may see the page: whoever has the address that was printed, on a page that came from it.

Three questions are asked of every request, of the lines that a page keeps open (WebSockets) as well: is it meant for
this server by name (`Host`: a foreign name that points here would make any web site this page's own, "DNS rebinding");
does it come from this page (`Origin`); and does it bring the token, as in Jupyter: at first in the address, then in a
cookie. Read by `serving`.
"""

from __future__ import annotations

import hmac
import secrets
import socket
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Guard", "guarded", "names_of", "new_token"]

LOOPBACK = ("127.0.0.1", "localhost", "::1")
EVERYWHERE = ("0.0.0.0", "::", "")
TOKEN = "token"
NO_TOKEN = (
    "This page needs the whole address that `stupror view` has printed, with its token. Copy it from the terminal.\n"
)
FOREIGN = "This request comes from another page than that of `stupror view`, and is refused.\n"
HEADERS = (  # in no frame of another page, and the address (with its token) is told to nobody
    (b"content-security-policy", b"frame-ancestors 'self'"),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
)


def new_token() -> str:
    """Draw a token that nobody guesses."""
    return secrets.token_hex(24)


def names_of(host: str) -> list[str]:
    """List the names by which a server on this address may be asked for.

    An address of this machine only has those of this machine only; one for all addresses has those that the machine
    knows of itself.
    """
    names = {host, *LOOPBACK} if host in (*LOOPBACK, *EVERYWHERE) else {host}
    if host in EVERYWHERE:
        own = {socket.gethostname(), socket.getfqdn()}
        names |= own
        for name in own:
            try:
                names |= {str(found[4][0]).partition("%")[0] for found in socket.getaddrinfo(name, None)}
            except OSError:
                continue
    names.discard("")
    return sorted(names | {f"[{name}]" for name in names if ":" in name})


def guarded(app: ASGIApp, *, hosts: Iterable[str], port: int, token: str) -> ASGIApp:
    """Put both guards before an application: names first, then origin and token."""
    names = sorted({name for host in hosts for name in names_of(host)})
    return TrustedHostMiddleware(Guard(app, port=port, token=token), allowed_hosts=names, www_redirect=False)


class Guard:
    """Lets through what comes from the page itself and brings the token."""

    def __init__(self, app: ASGIApp, *, port: int, token: str) -> None:
        self.app, self.token, self.cookie = app, token, f"stupror-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask where a request comes from and what it brings; refuse with 403."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        if not _own_origin(headers):
            await PlainTextResponse(FOREIGN, status_code=403)(scope, receive, send)
        elif self._is_token(_cookie(headers, self.cookie)):
            await self.app(scope, receive, _with_headers(scope, send))
        else:
            await self._first(scope)(scope, receive, send)

    def _first(self, scope: Scope) -> ASGIApp:
        """Answer a request without the cookie: with the token in its address it is given one and sent on."""
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        if scope["type"] != "http" or not any(name == TOKEN and self._is_token(value) for name, value in query):
            return PlainTextResponse(NO_TOKEN, status_code=403)
        rest = urlencode([(name, value) for name, value in query if name != TOKEN])
        path = "/" + scope["path"].lstrip("/\\")  # of this server: `//name` would be another
        answer = RedirectResponse(f"{path}?{rest}" if rest else path, status_code=303)
        answer.set_cookie(self.cookie, self.token, httponly=True, samesite="lax", path="/")
        return answer

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.token.encode())


def _own_origin(headers: list[tuple[str, str]]) -> bool:
    """Whether a request comes from the page it is for; one that names no origin comes from no page."""
    origins = [value for name, value in headers if name == "origin"]
    hosts = [value.lower() for name, value in headers if name == "host"]
    return all(urlsplit(origin.lower()).netloc in hosts for origin in origins)


def _cookie(headers: list[tuple[str, str]], wanted: str) -> str:
    """Find a cookie; an empty text if it is not there."""
    for name, value in headers:
        if name == "cookie":
            for part in value.split(";"):
                try:
                    found = SimpleCookie(part.strip()).get(wanted)
                except CookieError:
                    continue
                if found is not None:
                    return found.value
    return ""


def _with_headers(scope: Scope, send: Send) -> Send:
    """Add our headers to every answer."""
    if scope["type"] != "http":
        return send

    async def sending(message: Message) -> None:
        changed: dict[str, Any] = dict(message)
        if message["type"] == "http.response.start":
            changed["headers"] = [*message.get("headers", []), *HEADERS]
        await send(changed)

    return sending
