"""Damaged, odd and hostile files against every reader: each is read or refused in a sentence that names the fault.

python benchmarks/fuzz.py --files 10000   prints counts by kind and outcome, the slowest file and every distinct
sentence; exit code 1 when any file ends otherwise.
"""

import argparse
import re
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.formats.outcome import outcome
from tests.formats.strategies import files

BATCH = 250


def main():
    """Draw files until there are enough, judge each, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    counts, sentences, faults, slowest = Counter(), Counter(), {}, (0.0, "", "")
    with tempfile.TemporaryDirectory() as folder:

        @settings(
            max_examples=BATCH,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(files())
        def judge(drawn):
            nonlocal slowest
            kind, (name, content) = drawn
            begin = time.perf_counter()
            ended, words = outcome(folder, name, content)
            slowest = max(slowest, (time.perf_counter() - begin, kind, name))
            counts[kind, ended] += 1
            if ended == "refused":
                sentences[plain(words, name)] += 1
            if ended == "fault":
                faults.setdefault(words.strip().splitlines()[-1][:150], words)

        warnings.simplefilter("ignore")
        while sum(counts.values()) < arguments.files:
            # A run remembers what it drew and becomes slow: many short ones, each with a seed of its own.
            seed(f"{arguments.seed} {sum(counts.values())}")(judge)()
    report(counts, sentences, slowest)
    for words in faults.values():
        print("\nFAULT\n" + words)
    sys.exit(1 if faults else 0)


def plain(sentence, name):
    """A sentence without the file's name, numbers and quoted words, so that equal ones are counted together."""
    sentence = sentence.replace(name, "FILE")
    sentence = re.sub(r"'[^']*'|\"[^\"]*\"", "'…'", sentence)
    sentence = re.sub(r"[-+]?\d[\d.,e+-]*|\bnan\b|-?\binf\b", "#", sentence)
    return re.sub(r"\[[^\]]*\]", "[…]", sentence)[:160]


def report(counts, sentences, slowest):
    """Print the table of outcomes, the distinct sentences and the slowest file."""
    ends = ("reading", "refused", "fault")
    print(f"{'kind':<16}" + "".join(f"{end:>10}" for end in ends))
    for kind in sorted({kind for kind, _ in counts}):
        print(f"{kind:<16}" + "".join(f"{counts[kind, end]:>10}" for end in ends))
    print(f"{'all':<16}" + "".join(f"{sum(n for (_, e), n in counts.items() if e == end):>10}" for end in ends))
    print(f"\nslowest: {slowest[0]:.2f} s, {slowest[1]}, {slowest[2]}\n\n{len(sentences)} distinct sentences")
    for sentence, number in sentences.most_common():
        print(f"{number:>6}  {sentence}")


if __name__ == "__main__":
    main()
