# abc
def abstractmethod(f):
    f.__isabstractmethod__ = True
    return f


def _abstract(f):
    if isinstance(f, property):
        return any(getattr(g, "__isabstractmethod__", False) for g in (f.fget, f.fset) if g is not None)
    if isinstance(f, (staticmethod, classmethod)):
        return getattr(f.__func__, "__isabstractmethod__", False)
    return getattr(f, "__isabstractmethod__", False)


def _mark(cls):
    names = {}
    for c in reversed(cls.__mro__):
        for name, value in c.__dict__.items():
            if name == "__abstractmethods__":
                continue
            if _abstract(value):
                names[name] = None
            else:
                names.pop(name, None)
    cls.__abstractmethods__ = tuple(sorted(names))


class ABCMeta:
    pass


class ABC:
    def __init_subclass__(cls, **kwargs):
        _mark(cls)


abstractproperty = lambda f: property(abstractmethod(f))
abstractclassmethod = lambda f: classmethod(abstractmethod(f))
abstractstaticmethod = lambda f: staticmethod(abstractmethod(f))
