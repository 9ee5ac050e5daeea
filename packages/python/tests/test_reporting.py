import contextlib
import io
import os
import re
import unittest
from unittest import mock

import fleetune


def printed(*arguments: object, inside: bool = True, **metrics: float) -> str:
    environment = {"TRAINING_JOB_NAME": "digits-001"} if inside else {}
    output = io.StringIO()
    with mock.patch.dict(os.environ, environment, clear=True), contextlib.redirect_stdout(output):
        fleetune.report(*arguments, **metrics)
    return output.getvalue()


class ReportTest(unittest.TestCase):
    def test_prints_what_its_definition_finds(self) -> None:
        for name in ("loss", "validation:loss", "f1[macro]", "top-5.accuracy"):
            definition = fleetune.metric_definition(name)
            found = re.search(definition["Regex"], printed(name, 0.1, 3))
            self.assertEqual(found and float(found.group(1)), 0.1, name)
            self.assertEqual(definition["Name"], name)

    def test_does_not_take_one_metric_for_another(self) -> None:
        self.assertIsNone(re.search(fleetune.metric_definition("loss")["Regex"], printed("validation:loss", 1)))

    def test_keeps_every_digit_and_what_is_no_number(self) -> None:
        self.assertIn(f"loss={1 / 3!r} step=7", printed("loss", 1 / 3, 7))
        self.assertIn("loss=nan", printed("loss", float("nan")))

    def test_prints_a_line_for_each_of_several(self) -> None:
        self.assertEqual(
            printed(loss=1, value=2, step=3).splitlines(),
            [
                "[fleetune] loss=1.0 step=3",
                "[fleetune] value=2.0 step=3",
            ],
        )

    def test_says_nothing_outside_a_training_job(self) -> None:
        self.assertEqual(printed("loss", 1, inside=False), "")

    def test_refuses_what_could_not_be_found_again(self) -> None:
        for arguments in ((), ("loss",), ("my loss", 1.0), ("a=b", 1.0)):
            with self.assertRaises(ValueError):
                printed(*arguments)


if __name__ == "__main__":
    unittest.main()
