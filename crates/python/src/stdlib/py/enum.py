# enum
from _host import make_class, set_attr as _set


class auto:
    pass


class _Base:
    name = property(lambda self: self._name_)
    value = property(lambda self: self._value_)

    def __repr__(self):
        return f"<{type(self).__name__}.{self._name_}: {self._value_!r}>"

    def __str__(self):
        return f"{type(self).__name__}.{self._name_}"

    def __hash__(self):
        return hash(self._name_)

    def __setattr__(self, name, value):
        if name in ("name", "value"):
            raise AttributeError(f"<enum {type(self).__name__!r}> cannot set attribute {name!r}")
        _set(self, name, value)


def _members(cls):
    return list(cls.__dict__["_member_map_"].values())


def _lookup(cls, *args):
    if len(args) != 1:
        raise TypeError(f"{cls.__name__}.__call__() takes one value")
    value = args[0]
    if isinstance(value, cls):
        return value
    for m in _members(cls):
        if m._value_ == value:
            return m
    if issubclass(cls, Flag) and isinstance(value, int):
        return _flag(cls, value)
    raise ValueError(f"{value!r} is not a valid {cls.__name__}")


def _item(cls, name):
    try:
        return cls.__dict__["_member_map_"][name]
    except KeyError:
        raise KeyError(name) from None


def _hook(name, bases, ns, **kwargs):
    dunders = {k: v for k, v in ns.items() if k.startswith("__") or callable(v) or isinstance(v, (property, staticmethod, classmethod))}
    plain = {k: v for k, v in ns.items() if k not in dunders and not k.startswith("_")}
    cls = make_class(name, bases, dunders)
    if not plain:
        return cls
    members = {}
    last = 0
    for k, v in plain.items():
        if isinstance(v, auto):
            if issubclass(cls, str):
                v = k.lower()
            elif issubclass(cls, Flag):
                v = 1
                while any(m._value_ & v for m in members.values()):
                    v *= 2
            else:
                v = last + 1
        if isinstance(v, int):
            last = v
        alias = next((m for m in members.values() if m._value_ == v), None)
        if alias is None:
            if issubclass(cls, (int, str, float)):
                alias = object.__new__(cls, v)
            else:
                alias = object.__new__(cls)
            _set(alias, "_name_", k)
            _set(alias, "_value_", v)
            if "__init__" in dunders:
                alias.__init__(*(v if isinstance(v, tuple) else (v,)))
        members[k] = alias
        setattr(cls, k, alias)
    setattr(cls, "_member_map_", members)
    setattr(cls, "__members__", members)
    setattr(cls, "__new__", staticmethod(_lookup))
    setattr(cls, "__init__", lambda self, *args: None)
    return cls


class Enum(_Base):
    __class_hook__ = staticmethod(_hook)

    @classmethod
    def __class_iter__(cls):
        seen = []
        for m in _members(cls):
            if not any(m is s for s in seen):
                seen.append(m)
        return iter(seen)

    @classmethod
    def __class_len__(cls):
        return len(list(cls.__class_iter__()))

    @classmethod
    def __class_item__(cls, name):
        return _item(cls, name)

    def __eq__(self, other):
        return self is other

    __hash__ = _Base.__hash__


def _flag(cls, value):
    for m in _members(cls):
        if m._value_ == value:
            return m
    new = object.__new__(cls)
    names = [m._name_ for m in _members(cls) if m._value_ and value & m._value_ == m._value_]
    _set(new, "_name_", "|".join(names) or None)
    _set(new, "_value_", value)
    return new


class Flag(Enum):
    def __or__(self, other): return _flag(type(self), self._value_ | other._value_)
    def __and__(self, other): return _flag(type(self), self._value_ & other._value_)
    def __xor__(self, other): return _flag(type(self), self._value_ ^ other._value_)
    def __invert__(self):
        everything = 0
        for m in _members(type(self)):
            everything |= m._value_
        return _flag(type(self), everything & ~self._value_)
    def __contains__(self, other): return self._value_ & other._value_ == other._value_
    def __bool__(self): return bool(self._value_)
    def __eq__(self, other): return isinstance(other, Flag) and self._value_ == other._value_
    def __hash__(self): return hash(self._value_)


class IntEnum(int, Enum):
    def __eq__(self, other): return int.__eq__(self, other)
    def __hash__(self): return hash(self._value_)
    def __str__(self): return str(self._value_)
    def __format__(self, spec): return format(self._value_, spec)


class StrEnum(str, Enum):
    def __eq__(self, other): return str.__eq__(self, other)
    def __hash__(self): return hash(self._value_)
    def __str__(self): return self._value_


class IntFlag(Flag):
    pass


def unique(cls):
    for name, m in cls.__members__.items():
        if m._name_ != name:
            raise ValueError(f"duplicate values found in {cls!r}: {name} -> {m._name_}")
    return cls
