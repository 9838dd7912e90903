# contextlib
import functools as _functools


class AbstractContextManager:
    def __enter__(self):
        return self

    def __exit__(self, exc_type, exc, tb):
        return None


class ContextDecorator:
    def __call__(self, f):
        @_functools.wraps(f)
        def inner(*args, **kwargs):
            with self._recreate():
                return f(*args, **kwargs)
        return inner

    def _recreate(self):
        return self


class _GeneratorContextManager(ContextDecorator):
    def __init__(self, f, args, kwargs):
        self._parts = (f, args, kwargs)
        self.gen = f(*args, **kwargs)

    def _recreate(self):
        return _GeneratorContextManager(*self._parts)

    def __enter__(self):
        try:
            return next(self.gen)
        except StopIteration:
            raise RuntimeError("generator didn't yield") from None

    def __exit__(self, typ, value, tb):
        if typ is None:
            try:
                next(self.gen)
            except StopIteration:
                return False
            raise RuntimeError("generator didn't stop")
        if value is None:
            value = typ()
        try:
            self.gen.throw(value)
        except StopIteration as e:
            return e is not value
        except RuntimeError as e:
            if e is value:
                return False
            if isinstance(value, StopIteration) and e.__cause__ is value:
                return False
            raise
        except BaseException as e:
            if e is not value:
                raise
            return False
        raise RuntimeError("generator didn't stop after throw()")


def contextmanager(f):
    @_functools.wraps(f)
    def helper(*args, **kwargs):
        return _GeneratorContextManager(f, args, kwargs)
    return helper


class closing(AbstractContextManager):
    def __init__(self, thing):
        self.thing = thing

    def __enter__(self):
        return self.thing

    def __exit__(self, *exc):
        self.thing.close()


class suppress(AbstractContextManager):
    def __init__(self, *exceptions):
        self._exceptions = exceptions

    def __enter__(self):
        pass

    def __exit__(self, typ, value, tb):
        return typ is not None and issubclass(typ, self._exceptions)


class nullcontext(AbstractContextManager):
    def __init__(self, enter_result=None):
        self.enter_result = enter_result

    def __enter__(self):
        return self.enter_result


class ExitStack(AbstractContextManager):
    def __init__(self):
        self._exits = []

    def enter_context(self, cm):
        result = cm.__enter__()
        self._exits.append(cm.__exit__)
        return result

    def push(self, exit):
        self._exits.append(getattr(exit, "__exit__", exit))
        return exit

    def callback(self, f, /, *args, **kwargs):
        self._exits.append(lambda *exc: f(*args, **kwargs) and False)
        return f

    def close(self):
        self.__exit__(None, None, None)

    def __exit__(self, typ, value, tb):
        pending = value
        suppressed = False
        while self._exits:
            exit = self._exits.pop()
            try:
                if exit(type(pending) if pending is not None else None, pending, None):
                    suppressed = True
                    pending = None
            except BaseException as e:
                pending = e
                suppressed = False
        if pending is not None and pending is not value:
            raise pending
        return suppressed
