"""Runs the unittests of a module and prints how each ended, as a line of JSON.

    run_tests.py FOLDER MODULE
"""

import json
import sys
import unittest


class Lines(unittest.TestResult):
    """Prints a line for every test; a fixture that fails is a line of its own, named after the fixture."""

    def addSuccess(self, test):
        self.tell(test, "passed")

    def addFailure(self, test, err):
        self.tell(test, "failed", self._exc_info_to_string(err, test))

    addError = addFailure

    def tell(self, test, outcome, detail=""):
        print(json.dumps({"test": test.id().split(".")[-1], "outcome": outcome, "detail": detail}), flush=True)


folder, module = sys.argv[1:]
sys.path.insert(0, folder)
unittest.defaultTestLoader.loadTestsFromName(module).run(Lines())
