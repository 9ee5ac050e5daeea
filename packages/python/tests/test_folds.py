import unittest
from collections import Counter

from fleetune.folds import Fold, FoldError, current_fold


def folds(method, count=5, seed=7):
    return [Fold(index, count, 0, method, seed) for index in range(count)]


class Split(unittest.TestCase):
    def test_every_row_is_held_out_once(self):
        labels = [row % 3 for row in range(103)]
        groups = [row // 4 for row in range(103)]
        for method in ("KFold", "Stratified", "Grouped"):
            with self.subTest(method=method):
                held = []
                for fold in folds(method):
                    train, test = fold.split(103, labels=labels, groups=groups)
                    self.assertEqual(sorted(train + test), list(range(103)))
                    held += test
                self.assertEqual(sorted(held), list(range(103)))

    def test_sizes_differ_by_one_at_most(self):
        sizes = [len(fold.split(103)[1]) for fold in folds("KFold")]
        self.assertLessEqual(max(sizes) - min(sizes), 1)

    def test_stratified_keeps_the_shares_of_labels(self):
        labels = ["rare"] * 10 + ["common"] * 90
        for fold in folds("Stratified"):
            _, test = fold.split(100, labels=labels)
            self.assertEqual(Counter(labels[row] for row in test), {"rare": 2, "common": 18})

    def test_a_group_is_never_on_both_sides(self):
        groups = [row % 11 for row in range(100)]
        for fold in folds("Grouped"):
            train, test = fold.split(100, groups=groups)
            self.assertFalse({groups[row] for row in train} & {groups[row] for row in test})

    def test_time_series_never_trains_on_the_future(self):
        ends = []
        for fold in folds("TimeSeries"):
            train, test = fold.split(62)
            self.assertLess(max(train), min(test))
            self.assertEqual(len(test), 10)
            ends.append(test[-1])
        self.assertEqual(ends, [21, 31, 41, 51, 61])

    def test_the_seed_decides_the_division(self):
        again, other = Fold(0, 5, 0, "KFold", 7), Fold(0, 5, 1, "KFold", 8)
        self.assertEqual(folds("KFold")[0].split(100), again.split(100))
        self.assertNotEqual(again.split(100), other.split(100))

    def test_says_what_is_wrong(self):
        for method, rows, arguments, message in (
            ("KFold", 4, {}, "4 rows cannot be divided into 5 folds"),
            ("Stratified", 10, {}, "needs the labels"),
            ("Grouped", 10, {"groups": [1, 2]}, "10 rows and 2 groups"),
            ("Grouped", 10, {"groups": [1, 2] * 5}, "2 groups cannot be divided"),
            ("Holdout", 10, {}, "Holdout is not known"),
        ):
            with self.subTest(method=method), self.assertRaisesRegex(FoldError, message):
                folds(method)[0].split(rows, **arguments)


class CurrentFold(unittest.TestCase):
    def test_is_read_from_the_environment(self):
        environment = {
            "FLEETUNE_FOLD": "3",
            "FLEETUNE_FOLDS": "5",
            "FLEETUNE_FOLD_REPEAT": "1",
            "FLEETUNE_FOLD_METHOD": "Stratified",
            "FLEETUNE_FOLD_SEED": "8",
        }
        self.assertEqual(current_fold(environment), Fold(3, 5, 1, "Stratified", 8))

    def test_is_none_by_hand(self):
        self.assertIsNone(current_fold({}))


if __name__ == "__main__":
    unittest.main()
