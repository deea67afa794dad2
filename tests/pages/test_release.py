"""Who has left is let go of: sessions, views and models of closed pages do not stay in the server's memory."""

import time

from tests.pages.conftest import fill
from tests.served import Served

COUNTING = """
import gc, sys, threading, time
sys.argv.pop(1)

def count():
    while True:
        gc.collect()
        kinds = [type(o).__name__ for o in gc.get_objects()]
        print("alive", *(kinds.count(name) for name in ("Session", "Pages", "ParticleView")), flush=True)
        time.sleep(2)

threading.Thread(target=count, daemon=True).start()
from glassviz.cli.main import main
sys.exit(main())
"""


def test_closed_pages_are_let_go_of(tmp_path):
    fill(tmp_path)
    server = Served(tmp_path, code=COUNTING)
    try:
        for _ in range(2):
            assert server.get().status_code == 200
        counts, end = [], time.monotonic() + 120
        while not any(there == ["2", "2", "2"] for there in counts) or counts[-1] != ["0", "0", "0"]:
            assert time.monotonic() < end, counts
            time.sleep(1)
            lines = [line for line in server.log.read_text().splitlines() if line.startswith("alive ")]
            counts = [line.split()[1:] for line in lines if len(line.split()) == 4]
    finally:
        server.stop()
