# functools
from _host import class_of, make_cached_property as cached_property

WRAPPER_ASSIGNMENTS = ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__")
WRAPPER_UPDATES = ("__dict__",)


class partial:
    def __new__(cls, func, /, *args, **keywords):
        if not callable(func):
            raise TypeError("the first argument must be callable")
        self = super().__new__(cls)
        if isinstance(func, partial):
            args = func.args + args
            keywords = {**func.keywords, **keywords}
            func = func.func
        self.func = func
        self.args = args
        self.keywords = keywords
        return self

    def __call__(self, /, *args, **keywords):
        return self.func(*self.args, *args, **{**self.keywords, **keywords})

    def __repr__(self):
        parts = [repr(self.func)] + [repr(x) for x in self.args] + [f"{k}={v!r}" for k, v in self.keywords.items()]
        return "functools.partial(" + ", ".join(parts) + ")"


class partialmethod:
    def __init__(self, func, /, *args, **keywords):
        self.func = func
        self.args = args
        self.keywords = keywords

    def __get__(self, obj, cls=None):
        def method(*args, **keywords):
            return self.func(obj, *self.args, *args, **{**self.keywords, **keywords})
        return method


def update_wrapper(wrapper, wrapped, assigned=WRAPPER_ASSIGNMENTS, updated=WRAPPER_UPDATES):
    for name in assigned:
        if hasattr(wrapped, name):
            setattr(wrapper, name, getattr(wrapped, name))
    for name in updated:
        d = getattr(wrapped, name, None)
        if isinstance(d, dict):
            getattr(wrapper, name).update(d)
    wrapper.__wrapped__ = wrapped
    return wrapper


def wraps(wrapped, assigned=WRAPPER_ASSIGNMENTS, updated=WRAPPER_UPDATES):
    return lambda wrapper: update_wrapper(wrapper, wrapped, assigned, updated)


_missing = object()


def reduce(function, iterable, initial=_missing, /):
    it = iter(iterable)
    if initial is _missing:
        value = next(it, _missing)
        if value is _missing:
            raise TypeError("reduce() of empty iterable with no initial value")
    else:
        value = initial
    for x in it:
        value = function(value, x)
    return value


class _CacheInfo(tuple):
    hits = property(lambda self: self[0])
    misses = property(lambda self: self[1])
    maxsize = property(lambda self: self[2])
    currsize = property(lambda self: self[3])

    def __repr__(self):
        return f"CacheInfo(hits={self[0]}, misses={self[1]}, maxsize={self[2]}, currsize={self[3]})"


def lru_cache(maxsize=128, typed=False):
    if callable(maxsize):
        return lru_cache(128)(maxsize)

    def decorate(f):
        memory = {}
        hits = misses = 0

        def wrapper(*args, **kwargs):
            nonlocal hits, misses
            key = args
            if kwargs:
                key = (args, tuple(kwargs.items()))
            if typed:
                key = (key, tuple(type(x) for x in args))
            if key in memory:
                hits += 1
                value = memory[key]
                if maxsize is not None:
                    del memory[key]
                    memory[key] = value
                return value
            misses += 1
            value = f(*args, **kwargs)
            if maxsize != 0:
                memory[key] = value
                if maxsize is not None and len(memory) > maxsize:
                    del memory[next(iter(memory))]
            return value

        def cache_clear():
            nonlocal hits, misses
            memory.clear()
            hits = misses = 0

        wrapper.cache_info = lambda: _CacheInfo((hits, misses, maxsize, len(memory)))
        wrapper.cache_clear = cache_clear
        return update_wrapper(wrapper, f)
    return decorate


def cache(f):
    return lru_cache(maxsize=None)(f)


def total_ordering(cls):
    def has(name):
        return any(name in c.__dict__ for c in cls.__mro__[:-1])
    lt = has("__lt__")
    gt = has("__gt__")
    le = has("__le__")
    ge = has("__ge__")
    if not (lt or gt or le or ge):
        raise ValueError("must define at least one ordering operation: < > <= >=")
    if lt:
        less = lambda a, b: a < b
    elif gt:
        less = lambda a, b: b > a
    elif le:
        less = lambda a, b: a <= b and a != b
    else:
        less = lambda a, b: b >= a and a != b
    if not lt:
        cls.__lt__ = lambda self, other: less(self, other)
    if not gt:
        cls.__gt__ = lambda self, other: self != other and not less(self, other)
    if not le:
        cls.__le__ = lambda self, other: self == other or less(self, other)
    if not ge:
        cls.__ge__ = lambda self, other: not less(self, other)
    return cls


def cmp_to_key(mycmp):
    class K:
        def __init__(self, obj):
            self.obj = obj

        def __lt__(self, other):
            return mycmp(self.obj, other.obj) < 0

        def __eq__(self, other):
            return mycmp(self.obj, other.obj) == 0
    return K


def singledispatch(func):
    table = {}

    def dispatch(cls):
        for c in cls.__mro__:
            if c in table:
                return table[c]
        return func

    def register(cls, f=None):
        if f is None:
            if isinstance(cls, type):
                return lambda f: register(cls, f)
            f = cls
            cls = next(iter(f.__annotations__.values()))
        table[cls] = f
        return f

    def wrapper(*args, **kwargs):
        if not args:
            raise TypeError(f"{func.__name__} requires at least 1 positional argument")
        return dispatch(class_of(args[0]))(*args, **kwargs)

    wrapper.register = register
    wrapper.dispatch = dispatch
    return update_wrapper(wrapper, func)
