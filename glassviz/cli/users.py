"""`glassviz users`: who may log in to `glassviz serve --auth`."""

import getpass
import sys

from glassviz.accounts import GIVEN, Accounts
from glassviz.cli.common import parser_of, table
from glassviz.errors import InputError

EXAMPLES = (
    "glassviz users add ann --role student      # asks for a password",
    "glassviz users add ben --role teacher < password.txt",
    "glassviz users add eve --role student --oauth eve@example.org   # logs in at an OAuth provider",
    "glassviz users list",
    "glassviz users password ann",
    "glassviz users remove ann",
)


def add_parser(commands):
    """Register the command."""
    parser = parser_of(commands, "users", "Who may log in to `glassviz serve --auth`.", EXAMPLES, run)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    words = {"add": "add somebody", "remove": "remove somebody", "list": "show all", "password": "change a password"}
    for action, summary in words.items():
        own = actions.add_parser(action, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        own.add_argument("--users", metavar="FILE", help="table of users (default: $GLASSVIZ_HOME/users.json)")
        if action != "list":
            own.add_argument("name", metavar="NAME")
        if action == "add":
            own.add_argument("--role", choices=GIVEN, default="student", help="default: student")
            own.add_argument("--oauth", metavar="IDENTITY", help="e-mail or user name at the provider; no password")


def run(arguments):
    """Carry out one action on the table."""
    accounts = Accounts(arguments.users)
    if arguments.action == "list":
        rows = [(a.name, a.role, "yes" if a.hash else "no", a.identity or "-") for a in accounts.all().values()]
        table(("name", "role", "password", "at the OAuth provider"), rows)
    elif arguments.action == "remove":
        accounts.remove(arguments.name)
        print(f"removed {arguments.name}; their data, models and jobs stay")
    elif arguments.action == "password":
        accounts.set_password(arguments.name, read_password())
        print(f"changed the password of {arguments.name}; who is logged in with the old one is logged out")
    else:
        password = None if arguments.oauth else read_password()
        accounts.add(arguments.name, arguments.role, password, arguments.oauth or "")
        print(f"added {arguments.name} as {arguments.role} to {accounts.path}")


def read_password():
    """A password from the terminal, asked twice, or the first line of standard input: never from the arguments."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise InputError("the two passwords differ")
    return password
