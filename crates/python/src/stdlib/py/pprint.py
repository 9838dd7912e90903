# pprint
def pformat(object, indent=1, width=80, depth=None, *, compact=False, sort_dicts=True, underscore_numbers=False):
    return _format(object, 0, width, sort_dicts)


def _format(x, at, width, sort):
    flat = repr(_sorted(x, sort))
    if len(flat) + at <= width or type(x) not in (list, tuple, dict, set):
        return flat
    pad = " " * (at + 1)
    if type(x) is dict:
        items = [f"{k!r}: " + _format(v, at + len(repr(k)) + 3, width, sort) for k, v in _sorted(x, sort).items()]
        return "{" + (",\n" + pad).join(items) + "}"
    items = [_format(v, at + 1, width, sort) for v in x]
    ends = {list: "[]", tuple: "()", set: "{}"}[type(x)]
    return ends[0] + (",\n" + pad).join(items) + ends[1]


def _sorted(x, sort):
    if type(x) is dict and sort:
        try:
            return dict(sorted(x.items(), key=lambda kv: kv[0]))
        except TypeError:
            return x
    return x


def pprint(object, stream=None, indent=1, width=80, depth=None, *, compact=False, sort_dicts=True, underscore_numbers=False):
    print(pformat(object, indent, width, depth, sort_dicts=sort_dicts))


pp = pprint
