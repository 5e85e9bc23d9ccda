"""Putting the page on an address: the server that comes with Solara, which Mesa's page is made for, kept to itself.

Nothing is fetched from elsewhere and nothing is reported to anybody: scripts and styles come from the package
`solara-assets`, and what is not there is looked for on a port of this machine where nobody answers. Who may see the
page is for `guard` to say. Read by the command.
"""

import gc
import os
import socket
import threading
import warnings
import webbrowser
from collections.abc import Callable

from ...model.inputs.errors import InputError

PAGE = "stupror.experiments.view.page:Page"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
NOWHERE = "http://127.0.0.1:9/"  # the discard port
# Settings of the server, which reads them when it is first imported.
ENVIRONMENT = {
    "REACTON_FAST": "1",  # what has not changed is not looked through again at every click
    "SOLARA_APP": PAGE,
    "SOLARA_ASSETS_CDN": NOWHERE,
    "SOLARA_CHECK_HOOKS": "off",  # it warns of Mesa's own code
    "SOLARA_KERNEL_CULL_TIMEOUT": "120s",  # a world that nobody looks at is let go
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
    "SOLARA_THEME_SHOW_BANNER": "false",
    "SOLARA_THEME_TITLE": "stupror",
}


def bind(host: str, port: int) -> socket.socket:
    """Take an address; port 0 takes any that is free.

    Raises
    ------
    InputError
        If it cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((host, port))
    except (OSError, OverflowError) as error:
        taken.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            [f"--host {host} --port {port}: cannot be had ({reason}). Give another, such as --port 0."]
        ) from None
    return taken


def serve(address: socket.socket, *, named: str, tell: Callable[[str], None], browser: bool) -> None:
    """Serve the page on an address until somebody stops it.

    Parameters
    ----------
    address
        What `bind` gave.
    named
        The address as the user has named it, which may be the name of a machine.
    tell
        Called with where the page is, its token included.
    browser
        Whether to open it in a browser.
    """
    from . import guard

    os.environ.update(ENVIRONMENT)
    host, port = address.getsockname()[:2]
    token = guard.new_token()
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}/?{guard.TOKEN}={token}"

    # The server warns that its cookie is for this site only, which is as it should be.
    warnings.filterwarnings("ignore", message="Cookies with samesite=none", category=UserWarning)

    import uvicorn
    from solara.server.starlette import app

    class Server(uvicorn.Server):
        """Says where it is when it is there."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            gc.collect()
            gc.freeze()  # what is loaded stays: looking through it again takes longer than drawing a figure
            tell(url)
            if browser:
                threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()

    # An open page never closes its line by itself: after a second it is closed.
    safe = guard.guarded(app, hosts=(named, host), port=port, token=token)
    config = uvicorn.Config(safe, log_level="error", timeout_graceful_shutdown=1)
    Server(config).run(sockets=[address])
