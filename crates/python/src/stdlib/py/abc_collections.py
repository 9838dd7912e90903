# collections.abc: names for annotations, and for isinstance of the builtin containers
from _host import Inert


class _Protocol:
    def __class_getitem__(cls, item):
        return Inert(cls.__name__)[item]


class Hashable(_Protocol): pass
class Iterable(_Protocol): pass
class Iterator(_Protocol): pass
class Generator(_Protocol): pass
class Callable(_Protocol): pass
class Sized(_Protocol): pass
class Container(_Protocol): pass
class Collection(_Protocol): pass
class Sequence(_Protocol): pass
class MutableSequence(_Protocol): pass
class Mapping(_Protocol): pass
class MutableMapping(_Protocol): pass
class Set(_Protocol): pass
class MutableSet(_Protocol): pass
class Awaitable(_Protocol): pass
