"""Time of `forkmodel --help` and `import forkmodel` as processes; the goal for the first is half a second."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from measure import arguments, write_json

COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "import forkmodel": ["-c", "import forkmodel"],
    "forkmodel --help": ["-m", "forkmodel", "--help"],
}
REPEATS = 9


def main() -> None:
    asked = arguments(__doc__).parse_args()
    found = {}
    for name, words in COMMANDS.items():
        times = []
        for _ in range(1 if asked.quick else REPEATS):
            begin = time.perf_counter()
            subprocess.run([sys.executable, *words], check=True, capture_output=True)
            times.append(time.perf_counter() - begin)
        found[name] = statistics.median(times)
        print(f"{name:<18}{found[name]:>7.3f} s")
    if not asked.quick:
        write_json("start", {"wall_s": found})


if __name__ == "__main__":
    main()
