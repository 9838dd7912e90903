# copy
from _host import set_attr as _set
_atoms = (int, float, complex, str, bytes, bool, type(None), type, range, type(...), type(len), type(lambda: 0))


class Error(Exception):
    pass


def copy(x):
    if isinstance(x, _atoms) and type(x) in _atoms:
        return x
    if hasattr(x, "__copy__"):
        return x.__copy__()
    if type(x) in (list, dict, set):
        return x.copy()
    if type(x) in (tuple, frozenset):
        return x
    if isinstance(x, dict) and hasattr(x, "copy"):
        return x.copy()
    if hasattr(x, "__dict__") and not isinstance(x, (tuple, type)):
        new = object.__new__(type(x))
        for k, v in x.__dict__.items():
            _set(new, k, v)
        return new
    return x


def deepcopy(x, memo=None):
    if memo is None:
        memo = {}
    if type(x) in _atoms:
        return x
    key = id(x)
    if key in memo:
        return memo[key][0]
    if hasattr(x, "__deepcopy__"):
        new = x.__deepcopy__(memo)
        memo[key] = (new, x)
    elif type(x) is list:
        new = []
        memo[key] = (new, x)
        for v in x:
            new.append(deepcopy(v, memo))
    elif isinstance(x, tuple):
        values = [deepcopy(v, memo) for v in x]
        new = type(x)(*values) if hasattr(x, "_fields") else tuple(values)
        memo[key] = (new, x)
    elif isinstance(x, dict):
        new = x.copy()
        new.clear()
        memo[key] = (new, x)
        for k, v in x.items():
            new[deepcopy(k, memo)] = deepcopy(v, memo)
    elif isinstance(x, (set, frozenset)):
        new = type(x)(deepcopy(v, memo) for v in x)
        memo[key] = (new, x)
    elif callable(x) or not hasattr(x, "__dict__"):
        return x
    else:
        new = object.__new__(type(x))
        memo[key] = (new, x)
        for k, v in x.__dict__.items():
            _set(new, k, deepcopy(v, memo))
    return new


def replace(obj, /, **changes):
    return obj.__replace__(**changes)
