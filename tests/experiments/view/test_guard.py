"""The page answers whoever has its address with the token, and nobody else, whatever they ask and however."""

import asyncio
from typing import Any

import pytest

pytest.importorskip("starlette", reason="starlette is not installed: pip install -e '.[browser]'")

from stupror.experiments.view.guard import guarded, names_of, new_token

TOKEN = "f00d" * 12
HERE = "127.0.0.1:8765"
COOKIE = f"other=1; stupror-8765={TOKEN}"


async def inside(scope: Any, _receive: Any, send: Any) -> None:
    """Stands for the page."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
    else:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"the page"})


def ask(path: str = "/", kind: str = "http", query: str = "", hosts: tuple[str, ...] = ("127.0.0.1",), **headers: str):
    """Ask the guarded page; give the messages that came back."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(dict(message))

    async def receive() -> Any:
        return {"type": f"{kind}.connect" if kind == "websocket" else "http.request"}

    given = [(name.encode(), value.encode()) for name, value in {"host": HERE, **headers}.items()]
    scope = {"type": kind, "path": path, "query_string": query.encode(), "headers": given, "scheme": "http",
             "method": "GET", "server": ("127.0.0.1", 8765), "extensions": {"websocket.http.response": {}}}  # fmt: skip
    asyncio.run(guarded(inside, hosts=hosts, port=8765, token=TOKEN)(scope, receive, send))
    return sent


def status(sent: list[dict[str, Any]]) -> int:
    return 101 if sent[0]["type"] == "websocket.accept" else int(sent[0]["status"])


def test_the_address_with_its_token_gives_a_cookie_and_the_cookie_the_page() -> None:
    first = ask(query=f"token={TOKEN}&lang=sv")
    headers = dict(first[0]["headers"])
    assert (status(first), headers[b"location"]) == (303, b"/?lang=sv"), "the token must not stay in the address"
    cookie = headers[b"set-cookie"].decode()
    assert cookie.startswith(f"stupror-8765={TOKEN};")
    assert {"HttpOnly", "SameSite=lax"} <= set(cookie.split("; "))
    assert status(ask(cookie=cookie.split(";")[0])) == 200
    assert status(ask(kind="websocket", cookie=COOKIE, origin=f"http://{HERE}")) == 101


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"query": "token="},
        {"query": f"token={TOKEN[:-1]}"},
        {"cookie": "stupror-8765="},
        {"cookie": f"stupror-8766={TOKEN}"},
        {"cookie": COOKIE, "origin": "http://attacker.example"},
        {"cookie": COOKIE, "origin": "null"},
        {"cookie": COOKIE, "origin": "http://127.0.0.1:9999"},
        {"cookie": COOKIE, "origin": f"http://{HERE}.attacker.example"},
        {"cookie": COOKIE, "host": "attacker.example"},
        {"cookie": COOKIE, "host": "attacker.example:8765", "origin": "http://attacker.example:8765"},
        {"cookie": COOKIE, "host": "127.0.0.1.attacker.example"},
        {"cookie": COOKIE, "host": ""},
        {"query": f"token={TOKEN}", "origin": "http://attacker.example"},
        {"path": "/resourcez"},
        {"path": "/readyz"},
        {"path": "/static/main.js"},
        {"path": "/jupyter/api/kernels/1/channels"},
    ],
    ids=str,
)
def test_all_else_is_refused(kind: str, asked: dict[str, str]) -> None:
    assert status(ask(kind=kind, **asked)) in (400, 403)


def test_the_token_is_never_sent_on_to_another_server() -> None:
    first = ask("//attacker.example/", query=f"token={TOKEN}")
    assert dict(first[0]["headers"])[b"location"] == b"/attacker.example/"


def test_the_page_goes_by_the_names_of_its_address() -> None:
    assert {"127.0.0.1", "localhost", "[::1]"} <= set(names_of("127.0.0.1"))
    assert names_of("192.168.1.5") == ["192.168.1.5"]
    assert status(ask(cookie=COOKIE, hosts=("desk.example", "192.168.1.5"), host="desk.example:8765")) == 200
    assert status(ask(cookie=COOKIE, hosts=("desk.example", "192.168.1.5"), host="localhost:8765")) == 400


def test_the_page_stands_in_no_frame_and_tokens_differ() -> None:
    headers = dict(ask(cookie=COOKIE)[0]["headers"])
    assert headers[b"content-security-policy"] == b"frame-ancestors 'self'"
    assert len(new_token()) >= 32
    assert new_token() != new_token()
