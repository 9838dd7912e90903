# typing: everything is inert, there to be read
from _host import Inert, make_class
import collections as _collections

TYPE_CHECKING = False
Any = Inert("typing.Any")
Union = Inert("typing.Union")
Optional = Inert("typing.Optional")
Literal = Inert("typing.Literal")
Final = Inert("typing.Final")
ClassVar = Inert("typing.ClassVar")
Callable = Inert("typing.Callable")
Type = Inert("typing.Type")
Tuple = Inert("typing.Tuple")
List = Inert("typing.List")
Dict = Inert("typing.Dict")
Set = Inert("typing.Set")
FrozenSet = Inert("typing.FrozenSet")
DefaultDict = Inert("typing.DefaultDict")
OrderedDict = Inert("typing.OrderedDict")
Counter = Inert("typing.Counter")
Deque = Inert("typing.Deque")
Iterable = Inert("typing.Iterable")
Iterator = Inert("typing.Iterator")
Generator = Inert("typing.Generator")
Sequence = Inert("typing.Sequence")
MutableSequence = Inert("typing.MutableSequence")
Mapping = Inert("typing.Mapping")
MutableMapping = Inert("typing.MutableMapping")
Hashable = Inert("typing.Hashable")
Sized = Inert("typing.Sized")
Collection = Inert("typing.Collection")
Container = Inert("typing.Container")
SupportsFloat = Inert("typing.SupportsFloat")
SupportsInt = Inert("typing.SupportsInt")
SupportsIndex = Inert("typing.SupportsIndex")
NoReturn = Inert("typing.NoReturn")
Never = Inert("typing.Never")
Self = Inert("typing.Self")
Concatenate = Inert("typing.Concatenate")
Annotated = Inert("typing.Annotated")
TypeAlias = Inert("typing.TypeAlias")
TypeGuard = Inert("typing.TypeGuard")
Text = str
AnyStr = Inert("typing.AnyStr")
LiteralString = Inert("typing.LiteralString")
Unpack = Inert("typing.Unpack")
Required = Inert("typing.Required")
NotRequired = Inert("typing.NotRequired")
Generic = Inert("typing.Generic")
Protocol = Inert("typing.Protocol")


def TypeVar(name, *constraints, bound=None, covariant=False, contravariant=False):
    return Inert(("+" if covariant else "-" if contravariant else "~") + name)


def ParamSpec(name, **kwargs):
    return Inert("~" + name)


def TypeVarTuple(name, **kwargs):
    return Inert(name)


def NewType(name, tp):
    return lambda x: x


def cast(typ, val):
    return val


def overload(f):
    return f


def final(f):
    return f


def no_type_check(f):
    return f


def runtime_checkable(f):
    return f


def override(f):
    return f


def get_type_hints(obj, globalns=None, localns=None):
    return dict(getattr(obj, "__annotations__", {}))


def get_args(tp):
    return ()


def get_origin(tp):
    return None


def assert_never(x):
    raise AssertionError(f"Expected code to be unreachable, but got: {x!r}")


def reveal_type(x):
    return x


def _named_tuple_class(name, bases, ns, **kwargs):
    names = list(ns.get("__annotations__", {}))
    defaults = {}
    for n in names:
        if n in ns:
            defaults[n] = ns.pop(n)
        elif defaults:
            raise TypeError(f"Non-default namedtuple field {n} cannot follow default field{'s' if len(defaults) > 1 else ''} {', '.join(defaults)}")
    extra = {k: v for k, v in ns.items() if k not in ("__new__",)}
    return _collections._make_namedtuple(name, names, defaults, extra, ns.get("__module__", "__main__"))


def NamedTuple(typename, fields=(), /, **kwargs):
    pairs = list(fields) or list(kwargs.items())
    return _collections._make_namedtuple(typename, [n for n, _ in pairs], {}, {"__annotations__": dict(pairs)}, "__main__")


NamedTuple.__class_hook__ = _named_tuple_class


class TypedDict(dict):
    def __class_hook__(name, bases, ns, total=True):
        return make_class(name, (dict,), {k: v for k, v in ns.items() if k.startswith("__")})
