"""What all peers need of a range: reverse-logarithmic ones are searched as 1 - value on a logarithmic scale."""


def bounds(one):
    """Least and greatest value of a numeric range as the peer sees it, and whether its scale is logarithmic."""
    if one["scaling"] == "ReverseLogarithmic":
        return 1 - one["max"], 1 - one["min"], True
    return one["min"], one["max"], one["scaling"] == "Logarithmic"


def inward(ranges, configuration):
    """A configuration as the peer sees it."""
    return {one["name"]: _mirrored(one, configuration[one["name"]]) for one in ranges}


def outward(ranges, values):
    """The configuration that the peer means. NumPy's numbers are not JSON's."""
    return {one["name"]: _plain(one, _mirrored(one, values[one["name"]])) for one in ranges}


def _mirrored(one, value):
    return 1 - value if one.get("scaling") == "ReverseLogarithmic" else value


def _plain(one, value):
    if one["kind"] == "categorical":
        return str(value)
    return round(float(value)) if one["kind"] == "integer" else float(value)
