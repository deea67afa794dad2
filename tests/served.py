"""`glassviz serve` in a process of its own, and requests to it as a browser makes them."""

import asyncio
import http.cookies
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import requests

from tests.liquids import REPOSITORY

# In place of the app: the log says whom it would take each visitor for.
PROBE = (
    "import sys; sys.argv.pop(1); import panel as pn, glassviz.pages.shell as shell; "
    "from glassviz.pages.visitor import current_visitor; "
    "tell = lambda v: print('seen', v.role, v.name or '-', flush=True); "
    "shell.serve = lambda: tell(current_visitor()) or pn.pane.HTML(''); "
    "from glassviz.cli.main import main; sys.exit(main())"
)


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def in_own_loop(coroutine, seconds=None):
    """What a coroutine returns; it runs in a thread of its own, for beside a browser's tests this one has a loop."""
    with ThreadPoolExecutor(1) as other:
        return other.submit(asyncio.run, asyncio.wait_for(coroutine, seconds)).result()


async def read_message(connection):
    """(type, content) of the next message of Bokeh's protocol; the arrays that follow it are thrown away."""
    parts = [json.loads(await connection.read_message()) for _ in range(3)]
    for _ in range(2 * parts[0].get("num_buffers", 0)):
        await connection.read_message()
    return parts[0]["msgtype"], parts[2]


async def write_message(connection, number, kind, content):
    """Send a message of Bokeh's protocol."""
    for part in ({"msgid": str(number), "msgtype": kind}, {}, content):
        await connection.write_message(json.dumps(part))


class Served:
    """One server; `code` is run with Python in place of `glassviz`."""

    def __init__(self, home, *options, code=None, environment=()):
        self.home, self.port = home, free_port()
        program = ["-m", "glassviz.cli.main"] if code is None else ["-c", code, "-"]
        self.log = home / "server.log"
        self.process = subprocess.Popen(
            [sys.executable, *program, "serve", "--port", str(self.port), *options],
            env={**os.environ, "GLASSVIZ_HOME": str(home), **dict(environment)},
            cwd=REPOSITORY,
            stdout=self.log.open("w"),
            stderr=subprocess.STDOUT,
        )
        self.address = f"http://127.0.0.1:{self.port}"
        end = time.monotonic() + 60
        while socket.socket().connect_ex(("127.0.0.1", self.port)):
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.05)

    def get(self, path="/app", cookies=(), **headers):
        """A GET that follows no redirection."""
        return requests.get(
            self.address + path, headers=headers, cookies=dict(cookies), allow_redirects=False, timeout=60
        )

    def seen(self, path="/app", cookies=(), **headers):
        """(role, name) of the visitor whom the probe saw; None where the page was refused."""
        before = self.log.read_text().count("seen ")
        self.get(path, cookies, **headers)
        lines = [line for line in self.log.read_text().splitlines() if line.startswith("seen ")]
        return tuple(lines[-1].split()[1:]) if len(lines) > before else None

    def login(self, name, password, wanted="", **headers):
        """(response, cookies) of the form of the login, filled in."""
        page = self.get("/login?" + urllib.parse.urlencode({"next": wanted}))
        fields = {"name": name, "password": password, "next": wanted}
        fields["_xsrf"] = re.search('_xsrf" value="([^"]+)', page.text)[1]
        answer = requests.post(
            self.address + "/login",
            data=fields,
            cookies={"_xsrf": page.cookies["_xsrf"]},
            headers=headers,
            allow_redirects=False,
            timeout=60,
        )
        return answer, {name: value for name, value in answer.cookies.items() if name == "glassviz_user"}

    def stop(self):
        """End the server."""
        self.process.terminate()
        self.process.wait(timeout=120)


def morsel(response, name):
    """One cookie of a response, with its attributes."""
    cookies = http.cookies.SimpleCookie()
    for line in response.raw.headers.getlist("Set-Cookie"):
        cookies.load(line)
    return cookies[name]
