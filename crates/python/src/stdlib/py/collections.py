# collections
from _host import make_class, namedtuple_repr as _repr, new_tuple as _new_tuple

_missing = object()


def namedtuple(typename, field_names, *, rename=False, defaults=None, module=None):
    if isinstance(field_names, str):
        field_names = field_names.replace(",", " ").split()
    names = [str(n) for n in field_names]
    seen = set()
    for i, n in enumerate(names):
        bad = not n.isidentifier() or n.startswith("_") or n in seen
        if bad and rename:
            names[i] = n = f"_{i}"
        elif not n.isidentifier():
            raise ValueError(f"Type names and field names must be valid identifiers: {n!r}")
        elif n.startswith("_"):
            raise ValueError(f"Field names cannot start with an underscore: {n!r}")
        elif n in seen:
            raise ValueError(f"Encountered duplicate field name: {n!r}")
        seen.add(n)
    defaults = tuple(defaults) if defaults is not None else ()
    if len(defaults) > len(names):
        raise TypeError("Got more default values than field names")
    return _make_namedtuple(typename, names, dict(zip(names[len(names) - len(defaults):], defaults)), {}, module or "__main__")


def _field(i, name):
    return property(lambda self: tuple.__getitem__(self, i), doc=f"Alias for field number {i}")


def _make_namedtuple(typename, names, defaults, extra, module):
    fields = tuple(names)
    n = len(fields)

    def __new__(cls, /, *args, **kwargs):
        if len(args) == n and not kwargs:
            return _new_tuple(cls, args)
        if len(args) > n:
            k = len(args) + 1
            takes = f"{n + 1}" if not defaults else f"from {n + 1 - len(defaults)} to {n + 1}"
            raise TypeError(f"{typename}.__new__() takes {takes} positional arguments but {k} were given")
        values = dict(zip(fields, args))
        for name, value in kwargs.items():
            if name not in fields:
                raise TypeError(f"{typename}.__new__() got an unexpected keyword argument {name!r}")
            if name in values:
                raise TypeError(f"{typename}.__new__() got multiple values for argument {name!r}")
            values[name] = value
        missing = [f for f in fields if f not in values and f not in defaults]
        if missing:
            plural = "" if len(missing) == 1 else "s"
            shown = [repr(m) for m in missing]
            if len(shown) == 1:
                text = shown[0]
            elif len(shown) == 2:
                text = " and ".join(shown)
            else:
                text = ", ".join(shown[:-1]) + ", and " + shown[-1]
            raise TypeError(f"{typename}.__new__() missing {len(missing)} required positional argument{plural}: {text}")
        return _new_tuple(cls, tuple(values[f] if f in values else defaults[f] for f in fields))

    def _make(cls, iterable):
        values = tuple(iterable)
        if len(values) != n:
            raise TypeError(f"Expected {n} arguments, got {len(values)}")
        return _new_tuple(cls, values)

    def _replace(self, /, **kwargs):
        for k in kwargs:
            if k not in fields:
                raise ValueError(f"Got unexpected field names: {[k for k in kwargs if k not in fields]!r}")
        return _new_tuple(type(self), tuple(kwargs.get(f, v) for f, v in zip(fields, self)))

    ns = {
        "__doc__": f"{typename}({', '.join(fields)})",
        "__slots__": (),
        "_fields": fields,
        "_field_defaults": defaults,
        "__match_args__": fields,
        "__new__": __new__,
        "_make": classmethod(_make),
        "_replace": _replace,
        "_asdict": lambda self: dict(zip(self._fields, self)),
        "__getnewargs__": lambda self: tuple(self),
        "__repr__": _repr,
        "__module__": module,
    }
    for i, name in enumerate(fields):
        ns[name] = _field(i, name)
    ns.update(extra)
    return make_class(typename, (tuple,), ns)


class OrderedDict(dict):
    def move_to_end(self, key, last=True):
        value = self.pop(key)
        if last:
            self[key] = value
        else:
            items = list(self.items())
            self.clear()
            self[key] = value
            self.update(items)

    def popitem(self, last=True):
        if not self:
            raise KeyError("dictionary is empty")
        key = next(reversed(self)) if last else next(iter(self))
        return key, self.pop(key)

    def copy(self):
        return type(self)(self)

    def __eq__(self, other):
        if isinstance(other, OrderedDict):
            return list(self.items()) == list(other.items())
        return dict.__eq__(self, other)

    def __repr__(self):
        if not self:
            return "OrderedDict()"
        return "OrderedDict(" + repr(list(self.items())) + ")"


class defaultdict(dict):
    def __init__(self, default_factory=None, /, *args, **kwargs):
        if default_factory is not None and not callable(default_factory):
            raise TypeError("first argument must be callable or None")
        self.default_factory = default_factory
        dict.__init__(self, *args, **kwargs)

    def __missing__(self, key):
        if self.default_factory is None:
            raise KeyError(key)
        value = self.default_factory()
        self[key] = value
        return value

    def copy(self):
        return type(self)(self.default_factory, self)

    def __repr__(self):
        return f"defaultdict({self.default_factory!r}, {dict(self)!r})"


class Counter(dict):
    def __init__(self, iterable=None, /, **kwargs):
        dict.__init__(self)
        self.update(iterable, **kwargs)

    def __missing__(self, key):
        return 0

    def update(self, iterable=None, /, **kwargs):
        if iterable is not None:
            if isinstance(iterable, dict):
                for k, v in iterable.items():
                    self[k] = self.get(k, 0) + v
            else:
                for k in iterable:
                    self[k] = self.get(k, 0) + 1
        for k, v in kwargs.items():
            self[k] = self.get(k, 0) + v

    def subtract(self, iterable=None, /, **kwargs):
        other = Counter(iterable, **kwargs)
        for k, v in other.items():
            self[k] = self.get(k, 0) - v

    def most_common(self, n=None):
        items = sorted(self.items(), key=lambda kv: kv[1], reverse=True)
        return items if n is None else items[:n]

    def elements(self):
        for k, v in self.items():
            for _ in range(v):
                yield k

    def total(self):
        return sum(self.values())

    def copy(self):
        return Counter(self)

    def _merge(self, other, f):
        out = Counter()
        for k in list(self) + [k for k in other if k not in self]:
            v = f(self[k], other[k])
            if v > 0:
                out[k] = v
        return out

    def __add__(self, other): return self._merge(other, lambda a, b: a + b)
    def __sub__(self, other): return self._merge(other, lambda a, b: a - b)
    def __or__(self, other): return self._merge(other, max)
    def __and__(self, other): return self._merge(other, min)

    def __repr__(self):
        if not self:
            return "Counter()"
        return "Counter({" + ", ".join(f"{k!r}: {v!r}" for k, v in self.most_common()) + "})"


class deque:
    def __init__(self, iterable=(), maxlen=None):
        self._items = []
        self.maxlen = maxlen
        self.extend(iterable)

    def append(self, x):
        self._items.append(x)
        if self.maxlen is not None and len(self._items) > self.maxlen:
            self._items.pop(0)

    def appendleft(self, x):
        self._items.insert(0, x)
        if self.maxlen is not None and len(self._items) > self.maxlen:
            self._items.pop()

    def pop(self):
        if not self._items:
            raise IndexError("pop from an empty deque")
        return self._items.pop()

    def popleft(self):
        if not self._items:
            raise IndexError("pop from an empty deque")
        return self._items.pop(0)

    def extend(self, iterable):
        for x in iterable:
            self.append(x)

    def extendleft(self, iterable):
        for x in iterable:
            self.appendleft(x)

    def rotate(self, n=1):
        if self._items:
            n %= len(self._items)
            self._items = self._items[-n:] + self._items[:-n] if n else self._items

    def clear(self): self._items.clear()
    def copy(self): return deque(self._items, self.maxlen)
    def count(self, x): return self._items.count(x)
    def index(self, x): return self._items.index(x)
    def insert(self, i, x): self._items.insert(i, x)
    def remove(self, x): self._items.remove(x)
    def reverse(self): self._items.reverse()
    def __len__(self): return len(self._items)
    def __iter__(self): return iter(self._items)
    def __reversed__(self): return reversed(self._items)
    def __contains__(self, x): return x in self._items

    def __getitem__(self, i):
        try:
            return self._items[i]
        except IndexError:
            raise IndexError("deque index out of range") from None

    def __setitem__(self, i, x): self._items[i] = x
    def __delitem__(self, i): del self._items[i]
    def __eq__(self, other): return isinstance(other, deque) and self._items == other._items
    def __bool__(self): return bool(self._items)

    def __iadd__(self, other):
        self.extend(other)
        return self

    def __repr__(self):
        tail = "" if self.maxlen is None else f", maxlen={self.maxlen}"
        return f"deque({self._items!r}{tail})"


class ChainMap:
    def __init__(self, *maps):
        self.maps = list(maps) or [{}]

    def __getitem__(self, key):
        for m in self.maps:
            if key in m:
                return m[key]
        raise KeyError(key)

    def __setitem__(self, key, value): self.maps[0][key] = value
    def __contains__(self, key): return any(key in m for m in self.maps)
    def __iter__(self): return iter({k: None for m in reversed(self.maps) for k in m})
    def __len__(self): return len(list(iter(self)))
    def get(self, key, default=None): return self[key] if key in self else default
    def keys(self): return list(iter(self))
    def items(self): return [(k, self[k]) for k in self]
    def values(self): return [self[k] for k in self]
    def new_child(self, m=None): return ChainMap({} if m is None else m, *self.maps)


class UserDict(dict):
    @property
    def data(self): return self


class UserList(list):
    @property
    def data(self): return self
