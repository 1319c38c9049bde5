"""Time of `forkmodel --help` and `import forkmodel` as processes; the goal for the first is half a second."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "import forkmodel": ["-c", "import forkmodel"],
    "forkmodel --help": ["-m", "forkmodel", "--help"],
}
REPEATS = 9


def main() -> None:
    for name, words in COMMANDS.items():
        times = []
        for _ in range(REPEATS):
            begin = time.perf_counter()
            subprocess.run([sys.executable, *words], check=True, capture_output=True)
            times.append(time.perf_counter() - begin)
        print(f"{name:<18}{statistics.median(times):>7.3f} s")


if __name__ == "__main__":
    main()
