"""Runs groups of assertions, prints one line for each and counts how they end."""

import sys


class Checks:
    def __init__(self):
        self.passed = self.failed = 0

    def group(self, name, body):
        try:
            body()
        except Exception as e:
            self.failed += 1
            print(f"FAIL  {name}: {type(e).__name__}: {' '.join(str(e).split())}")
        else:
            self.passed += 1
            print(f"ok    {name}")

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(0 if self.failed == 0 and self.passed > 0 else 1)


def equal(want, got, what):
    """Fails with the first difference of two values or lists."""
    if isinstance(want, list) and isinstance(got, list):
        for i, (w, g) in enumerate(zip(want, got)):
            equal(w, g, f"{what}[{i}]")
        equal(len(want), len(got), f"how many of {what}")
    elif want != got:
        raise AssertionError(f"{what}: want {want!r}, got {got!r}")


def true(holds, what):
    if not holds:
        raise AssertionError(what)
