# dataclasses
from _host import set_attr as _set, Inert as _Inert


class _Missing:
    def __repr__(self):
        return "<dataclasses._MISSING_TYPE object>"


MISSING = _Missing()
KW_ONLY = object()


class FrozenInstanceError(AttributeError):
    __module__ = "dataclasses"


class Field:
    def __init__(self, default, default_factory, init, repr, hash, compare, metadata, kw_only):
        self.name = None
        self.type = None
        self.default = default
        self.default_factory = default_factory
        self.init = init
        self.repr = repr
        self.hash = hash
        self.compare = compare
        self.metadata = {} if metadata is None else metadata
        self.kw_only = kw_only

    def __repr__(self):
        return f"Field(name={self.name!r},type={self.type!r},default={self.default!r})"


def field(*, default=MISSING, default_factory=MISSING, init=True, repr=True, hash=None, compare=True, metadata=None, kw_only=MISSING):
    if default is not MISSING and default_factory is not MISSING:
        raise ValueError("cannot specify both default and default_factory")
    return Field(default, default_factory, init, repr, hash, compare, metadata, kw_only)


def _listed(names):
    shown = [repr(n) for n in names]
    if len(shown) == 1:
        return shown[0]
    if len(shown) == 2:
        return " and ".join(shown)
    return ", ".join(shown[:-1]) + ", and " + shown[-1]


def _make_init(cls, fields, frozen, name):
    everything = [f for f in fields if f.init]
    positional = [f for f in everything if not f.kw_only]
    names = {f.name for f in everything}
    required = [f.name for f in positional if f.default is MISSING and f.default_factory is MISSING]

    def __init__(self, /, *args, **kwargs):
        n = len(positional)
        if len(args) > n:
            takes = f"{n + 1} positional argument{'' if n == 0 else 's'}" if len(required) == n else f"from {len(required) + 1} to {n + 1} positional arguments"
            raise TypeError(f"{name}.__init__() takes {takes} but {len(args) + 1} were given")
        values = {}
        for f, v in zip(positional, args):
            values[f.name] = v
        for k, v in kwargs.items():
            if k not in names:
                raise TypeError(f"{name}.__init__() got an unexpected keyword argument {k!r}")
            if k in values:
                raise TypeError(f"{name}.__init__() got multiple values for argument {k!r}")
            values[k] = v
        missing = [f.name for f in positional if f.name not in values and f.default is MISSING and f.default_factory is MISSING]
        if missing:
            raise TypeError(f"{name}.__init__() missing {len(missing)} required positional argument{'' if len(missing) == 1 else 's'}: {_listed(missing)}")
        missing = [f.name for f in everything if f.kw_only and f.name not in values and f.default is MISSING and f.default_factory is MISSING]
        if missing:
            raise TypeError(f"{name}.__init__() missing {len(missing)} required keyword-only argument{'' if len(missing) == 1 else 's'}: {_listed(missing)}")
        extra = []
        for f in fields:
            if f.init and f.name in values:
                v = values[f.name]
            elif f.default_factory is not MISSING:
                v = f.default_factory()
            elif f.default is not MISSING and f.init:
                v = f.default
            else:
                continue
            if f._init_var:
                extra.append(v)
            else:
                _set(self, f.name, v)
        post = getattr(self, "__post_init__", None)
        if post is not None:
            post(*extra)
    return __init__


def _add(cls, name, f):
    f.__name__ = name
    f.__qualname__ = f"{cls.__qualname__}.{name}"
    setattr(cls, name, f)


def _process(cls, init, repr_, eq, order, unsafe_hash, frozen, match_args, kw_only, slots):
    fields = {}
    for base in cls.__mro__[-1:0:-1]:
        inherited = base.__dict__.get("__dataclass_fields__")
        if inherited is not None:
            for f in inherited.values():
                fields[f.name] = f
            was = base.__dict__.get("__dataclass_params__", {}).get("frozen")
            if was and not frozen:
                raise TypeError("cannot inherit non-frozen dataclass from a frozen one")
            if frozen and not was:
                raise TypeError("cannot inherit frozen dataclass from a non-frozen one")
    own_kw_only = kw_only
    for name, annotation in cls.__dict__.get("__annotations__", {}).items():
        shown = annotation if isinstance(annotation, str) else repr(annotation)
        if annotation is KW_ONLY:
            own_kw_only = True
            continue
        if "ClassVar" in shown:
            continue
        default = cls.__dict__.get(name, MISSING)
        f = default if isinstance(default, Field) else field(default=default)
        if isinstance(default, Field):
            if f.default is not MISSING:
                setattr(cls, name, f.default)
            else:
                delattr(cls, name)
        if isinstance(f.default, (list, dict, set)):
            raise ValueError(f"mutable default {type(f.default)} for field {name} is not allowed: use default_factory")
        f.name = name
        f.type = annotation
        f._init_var = "InitVar" in shown
        if f.kw_only is MISSING:
            f.kw_only = own_kw_only
        fields[name] = f
    everything = list(fields.values())
    seen = None
    for f in everything:
        if f.init and not f.kw_only:
            if f.default is not MISSING or f.default_factory is not MISSING:
                seen = f.name
            elif seen is not None:
                raise TypeError(f"non-default argument {f.name!r} follows default argument")
    cls.__dataclass_fields__ = fields
    cls.__dataclass_params__ = {"frozen": frozen}
    real = [f for f in everything if not f._init_var]
    own = cls.__dict__
    if init:
        _add(cls, "__init__", _make_init(cls, everything, frozen, cls.__qualname__))
    if repr_ and "__repr__" not in own:
        shown_fields = [f.name for f in real if f.repr]

        def __repr__(self):
            return type(self).__qualname__ + "(" + ", ".join(f"{n}={getattr(self, n)!r}" for n in shown_fields) + ")"
        _add(cls, "__repr__", __repr__)
    compared = [f.name for f in real if f.compare]

    def values(o):
        return tuple(getattr(o, n) for n in compared)
    if eq and "__eq__" not in own:
        def __eq__(self, other):
            if other.__class__ is self.__class__:
                return values(self) == values(other)
            return NotImplemented
        _add(cls, "__eq__", __eq__)
    if order:
        def make(op, sign):
            def compare(self, other):
                if other.__class__ is self.__class__:
                    return op(values(self), values(other))
                return NotImplemented
            return compare
        _add(cls, "__lt__", make(lambda a, b: a < b, "<"))
        _add(cls, "__le__", make(lambda a, b: a <= b, "<="))
        _add(cls, "__gt__", make(lambda a, b: a > b, ">"))
        _add(cls, "__ge__", make(lambda a, b: a >= b, ">="))
    if frozen:
        names = {f.name for f in real}

        def __setattr__(self, name, value):
            if type(self) is cls or name in names:
                raise FrozenInstanceError(f"cannot assign to field {name!r}")
            _set(self, name, value)

        def __delattr__(self, name):
            raise FrozenInstanceError(f"cannot delete field {name!r}")
        _add(cls, "__setattr__", __setattr__)
        _add(cls, "__delattr__", __delattr__)
    own_hash = own.get("__hash__", MISSING)
    if unsafe_hash or (eq and frozen and (own_hash is MISSING or own_hash is None)):
        hashed = [f.name for f in real if (f.compare if f.hash is None else f.hash)]

        def __hash__(self):
            return hash(tuple(getattr(self, n) for n in hashed))
        _add(cls, "__hash__", __hash__)
    elif eq and own_hash is MISSING:
        cls.__hash__ = None
    if match_args and "__match_args__" not in own:
        cls.__match_args__ = tuple(f.name for f in everything if f.init and not f.kw_only)
    return cls


def dataclass(cls=None, /, *, init=True, repr=True, eq=True, order=False, unsafe_hash=False, frozen=False, match_args=True, kw_only=False, slots=False, weakref_slot=False):
    def wrap(cls):
        return _process(cls, init, repr, eq, order, unsafe_hash, frozen, match_args, kw_only, slots)
    return wrap if cls is None else wrap(cls)


def fields(class_or_instance):
    try:
        found = class_or_instance.__dataclass_fields__
    except AttributeError:
        raise TypeError("must be called with a dataclass type or instance") from None
    return tuple(f for f in found.values() if not f._init_var)


def is_dataclass(obj):
    return hasattr(obj, "__dataclass_fields__")


def _plain(x, factory):
    if is_dataclass(x) and not isinstance(x, type):
        return factory([(f.name, _plain(getattr(x, f.name), factory)) for f in fields(x)])
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*[_plain(v, factory) for v in x])
    if isinstance(x, (list, tuple)):
        return type(x)([_plain(v, factory) for v in x])
    if isinstance(x, dict):
        return type(x)((_plain(k, factory), _plain(v, factory)) for k, v in x.items())
    return x


def asdict(obj, *, dict_factory=dict):
    if not is_dataclass(obj) or isinstance(obj, type):
        raise TypeError("asdict() should be called on dataclass instances")
    return _plain(obj, dict_factory)


def astuple(obj, *, tuple_factory=tuple):
    if not is_dataclass(obj) or isinstance(obj, type):
        raise TypeError("astuple() should be called on dataclass instances")
    return _plain(obj, lambda items: tuple_factory(v for _, v in items))


def replace(obj, /, **changes):
    if not is_dataclass(obj) or isinstance(obj, type):
        raise TypeError("replace() should be called on dataclass instances")
    for f in obj.__dataclass_fields__.values():
        if not f.init:
            if f.name in changes:
                raise ValueError(f"field {f.name} is declared with init=False, it cannot be specified with replace()")
            continue
        if f.name not in changes:
            if f._init_var and f.default is MISSING:
                raise ValueError(f"InitVar {f.name!r} must be specified with replace()")
            changes[f.name] = getattr(obj, f.name)
    return obj.__class__(**changes)


def make_dataclass(cls_name, fields, *, bases=(), namespace=None, **kwargs):
    ns = dict(namespace or {})
    ns["__annotations__"] = annotations = {}
    for item in fields:
        if isinstance(item, str):
            annotations[item] = object
        else:
            annotations[item[0]] = item[1]
            if len(item) == 3:
                ns[item[0]] = item[2]
    return dataclass(type(cls_name, bases, ns), **kwargs)


InitVar = _Inert("dataclasses.InitVar")
