"""`glassviz serve`: the app in the browser, for oneself or, with a login, for a group."""

import os
import sys
import webbrowser
from pathlib import Path

from glassviz.accounts import Accounts, cookie_secret
from glassviz.cli.common import parser_of
from glassviz.errors import InputError

EXAMPLES = (
    "glassviz serve --show                       # for oneself, on 127.0.0.1",
    "glassviz serve --processes 4                # for a class: four cores",
    "glassviz serve --address 0.0.0.0 --auth basic --behind-proxy --allow-websocket-origin glass.example.org",
    "PANEL_OAUTH_SECRET=... glassviz serve --auth oauth --oauth-provider github --oauth-key KEY \\\n"
    "      --oauth-redirect-uri https://glass.example.org/login --allow-websocket-origin glass.example.org",
)
LOCAL = ("localhost", "127.0.0.1")
# Nothing but the form of the login is sent as a request; data come through the WebSocket.
LARGEST_REQUEST = 2**20


def add_parser(commands):
    """Register the command."""
    parser = parser_of(commands, "serve", "The app in the browser, for oneself or for a group.", EXAMPLES, run)
    words = "network address to listen on (default: 127.0.0.1, this machine alone)"
    parser.add_argument("--address", default="127.0.0.1", metavar="ADDRESS", help=words)
    parser.add_argument("--port", type=int, default=5006, metavar="N", help="default: 5006")
    words = "interpreters behind the one address, each on a core, for a class (default: 1; needs Linux)"
    parser.add_argument("--processes", type=int, default=1, metavar="N", help=words)
    parser.add_argument("--show", action="store_true", help="open the app in a browser")
    words = "addresses under which browsers may reach the app (default: this machine's own)"
    parser.add_argument("--allow-websocket-origin", nargs="+", default=[], metavar="HOST[:PORT]", help=words)
    parser.add_argument("--prefix", default="", metavar="PATH", help="path before all addresses of the app")
    parser.add_argument("--data", nargs="+", default=[], metavar="FOLDER", help="further folders of data sets, for all")
    parser.add_argument("--models", nargs="+", default=[], metavar="FOLDER", help="further folders of models, for all")
    words = "visitors come through a proxy, which alone can reach this server and sets X-Forwarded-For and -Proto"
    parser.add_argument("--behind-proxy", action="store_true", help=words)
    words = "basic: name and password; oauth: an OAuth provider (default: no login; who is elsewhere only looks on)"
    parser.add_argument("--auth", choices=("basic", "oauth"), help=words)
    parser.add_argument("--users", metavar="FILE", help="table of users (default: $GLASSVIZ_HOME/users.json)")
    add_oauth(parser)


def add_oauth(parser):
    """Options of --auth oauth; its secret comes from the environment, for others can read a command's arguments."""
    parser.add_argument("--oauth-provider", metavar="NAME", help="as Panel knows them: github, google, azurev2, ...")
    parser.add_argument("--oauth-key", metavar="KEY", help="client id; its secret is read from $PANEL_OAUTH_SECRET")
    words = "address of this server's /login, as registered with the provider"
    parser.add_argument("--oauth-redirect-uri", metavar="URI", help=words)
    words = "further parameters of the provider, such as tenant=..., or the addresses of the provider `generic`"
    parser.add_argument("--oauth-extra-params", nargs="+", default=[], metavar="NAME=VALUE", help=words)
    words = "what of the provider's answer tells one user from another (default: the provider's, often the e-mail)"
    parser.add_argument("--oauth-jwt-user", metavar="KEY", help=words)


def run(arguments):
    """Serve until Ctrl-C."""
    prepare(arguments)
    if arguments.processes > 1:
        run_processes(arguments)
        return
    server = make_server(arguments)
    greet(arguments)
    server.run_until_shutdown()


def run_processes(arguments):
    """As `run`, in several processes behind one address."""
    from bokeh.server.util import bind_sockets

    from glassviz.cli.processes import Front, serve_connections

    sockets, _ = bind_sockets(arguments.address, arguments.port)
    front = Front(
        sockets,
        arguments.processes,
        lambda number, channel: serve_connections(make_server(arguments, inner=True), number, channel),
        login(arguments)[1]["secret_key"],
    )
    greet(arguments)
    front.run()


def greet(arguments):
    """Say where the server listens, and open it where that was asked for."""
    address = f"[{arguments.address}]" if ":" in arguments.address else arguments.address
    where = f"http://{address}:{arguments.port}{arguments.prefix and '/' + arguments.prefix.strip('/')}/"
    print(f"glassviz listens on {where}; Ctrl-C ends it", flush=True)
    if arguments.auth is None and arguments.address not in ("127.0.0.1", "::1", "localhost"):
        print("there is no login: whoever reaches this address may look on, jobs and uploads are refused", flush=True)
    if arguments.show:
        webbrowser.open_new_tab(where)


def prepare(arguments):
    """Load the app and find data and models. Raises InputError for options that do not fit together."""
    check(arguments)
    # Imported here: the other commands start without the app. The widgets must come before the extension.
    import panel as pn
    import panel_material_ui  # noqa: F401

    import glassviz.pages.shell  # noqa: F401
    from glassviz.pages import libraries

    pn.extension(notifications=True)
    libraries.configure(arguments.data, arguments.models)


def make_server(arguments, inner=False):
    """The Bokeh server of the app, not yet started; inner : at a port of its own on this machine."""
    import panel as pn
    from panel.io.liveness import LivenessHandler

    from glassviz.pages import visitor
    from glassviz.pages.shell import serve

    gate, options = login(arguments)
    visitor.configure(gate, arguments.behind_proxy)
    return pn.io.server.get_server(
        {"/app": serve},
        port=0 if inner else arguments.port,
        address="127.0.0.1" if inner else arguments.address,
        websocket_origin=origins(arguments),
        title="glassviz",
        prefix=arguments.prefix,
        # Not Panel's own switch: its answer would build a whole page for whoever asks.
        extra_patterns=[("/liveness", LivenessHandler, {"applications": {}})],
        use_xheaders=arguments.behind_proxy,
        http_server_kwargs={"max_body_size": LARGEST_REQUEST},
        **options,
    )


def check(arguments):
    """Raise InputError, which names the option, for what cannot be served."""
    for folder in (*arguments.data, *arguments.models):
        if not Path(folder).is_dir():
            raise InputError(f"{folder}: is not a folder, expected one with data sets or models")
    if not 1 <= arguments.processes <= 64:
        raise InputError(f"processes is {arguments.processes}, expected 1..64")
    if arguments.processes > 1 and not sys.platform.startswith("linux"):
        raise InputError("processes above 1 need Linux")
    if not 0 < arguments.port < 2**16:
        raise InputError(f"port is {arguments.port}, expected 1..65535")
    if any("*" in origin or "/" in origin for origin in arguments.allow_websocket_origin):
        raise InputError("allow-websocket-origin is expected to be HOST or HOST:PORT, without * and /")
    if arguments.auth == "basic" and not any(account.hash for account in Accounts(arguments.users).all().values()):
        raise InputError(f"nobody in {Accounts(arguments.users).path} has a password; glassviz users add NAME adds one")
    if arguments.auth == "oauth":
        check_oauth(arguments)


def check_oauth(arguments):
    """As `check`, of the options of --auth oauth."""
    from panel.auth import AUTH_PROVIDERS

    if arguments.oauth_provider not in AUTH_PROVIDERS:
        known = ", ".join(AUTH_PROVIDERS)
        raise InputError(f"oauth-provider is {arguments.oauth_provider!r}, expected one of {known}")
    missing = [name for name in ("oauth_key", "oauth_redirect_uri") if not getattr(arguments, name)]
    if missing or not os.environ.get("PANEL_OAUTH_SECRET"):
        option = f"--{missing[0].replace('_', '-')}" if missing else "the environment variable PANEL_OAUTH_SECRET"
        raise InputError(f"--auth oauth needs {option}")
    if any("=" not in text for text in arguments.oauth_extra_params):
        raise InputError("oauth-extra-params is expected to be NAME=VALUE")


def login(arguments):
    """(gate or None, options of the server) for --auth. Where there is a login sessions are signed, too."""
    import panel as pn

    from glassviz.pages.login import COOKIES, OAuthGate, PasswordGate

    secret = cookie_secret()
    pn.config.cookie_secret = secret
    # The session's token stands in the page, where scripts can read it: no cookie goes into it.
    signed = {"sign_sessions": True, "secret_key": f"sessions {secret}".encode(), "cookie_secret": secret}
    signed |= {"exclude_cookies": list(COOKIES), "exclude_headers": ["Cookie"]}
    if arguments.auth is None:
        return None, signed
    accounts = Accounts(arguments.users)
    if arguments.auth == "basic":
        gate = PasswordGate(accounts, secret, arguments.behind_proxy)
        return gate, {**signed, "auth_provider": gate, "xsrf_cookies": True}
    pn.config.oauth_provider, pn.config.oauth_key = arguments.oauth_provider, arguments.oauth_key
    pn.config.oauth_redirect_uri = arguments.oauth_redirect_uri
    pn.config.oauth_extra_params = dict(text.split("=", 1) for text in arguments.oauth_extra_params)
    if arguments.oauth_jwt_user:
        pn.config.oauth_jwt_user = arguments.oauth_jwt_user
    gate = OAuthGate(accounts, secret)
    return gate, {**signed, "auth_provider": gate}


def origins(arguments):
    """Hosts and ports under which browsers may open a WebSocket."""
    # Bokeh's list of origins knows no IPv6 addresses; "localhost" stands for this machine's.
    own = [*LOCAL, *([] if arguments.address == "0.0.0.0" or ":" in arguments.address else [arguments.address])]
    return [*(f"{host}:{arguments.port}" for host in dict.fromkeys(own)), *arguments.allow_websocket_origin]
