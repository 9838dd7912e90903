# itertools
import operator as _operator
_missing = object()


def count(start=0, step=1):
    while True:
        yield start
        start += step


def cycle(iterable):
    saved = []
    for x in iterable:
        yield x
        saved.append(x)
    while saved:
        for x in saved:
            yield x


def repeat(object, times=None):
    if times is None:
        while True:
            yield object
    for _ in range(times):
        yield object


def accumulate(iterable, func=None, *, initial=None):
    if func is None:
        func = _operator.add
    it = iter(iterable)
    total = initial
    if initial is None:
        total = next(it, _missing)
        if total is _missing:
            return
    yield total
    for x in it:
        total = func(total, x)
        yield total


class chain:
    def __init__(self, *iterables):
        self._it = chain._flat(iterables)

    @staticmethod
    def _flat(iterables):
        for it in iterables:
            for x in it:
                yield x

    @classmethod
    def from_iterable(cls, iterables):
        self = cls()
        self._it = chain._flat(iterables)
        return self

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._it)


def compress(data, selectors):
    return (d for d, s in zip(data, selectors) if s)


def dropwhile(predicate, iterable):
    it = iter(iterable)
    for x in it:
        if not predicate(x):
            yield x
            break
    for x in it:
        yield x


def takewhile(predicate, iterable):
    for x in iterable:
        if not predicate(x):
            return
        yield x


def filterfalse(predicate, iterable):
    for x in iterable:
        if not (x if predicate is None else predicate(x)):
            yield x


def groupby(iterable, key=None):
    group = []
    current = _missing
    for x in iterable:
        k = x if key is None else key(x)
        if current is not _missing and k == current:
            group.append(x)
        else:
            if current is not _missing:
                yield current, iter(group)
            current = k
            group = [x]
    if current is not _missing:
        yield current, iter(group)


def islice(iterable, *args):
    s = slice(*args)
    start = 0 if s.start is None else s.start
    step = 1 if s.step is None else s.step
    stop = s.stop
    if start < 0 or step < 1 or (stop is not None and stop < 0):
        raise ValueError("Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.")
    return _islice(iter(iterable), start, stop, step)


def _islice(it, start, stop, step):
    want = start
    i = 0
    while stop is None or i < stop:
        x = next(it, _missing)
        if x is _missing:
            return
        if i == want:
            yield x
            want += step
            if stop is not None and want >= stop and i + 1 >= stop:
                return
        i += 1


def pairwise(iterable):
    it = iter(iterable)
    a = next(it, _missing)
    if a is _missing:
        return
    for b in it:
        yield a, b
        a = b


def starmap(function, iterable):
    for args in iterable:
        yield function(*args)


def tee(iterable, n=2):
    it = iter(iterable)
    queues = [[] for _ in range(n)]

    def gen(mine):
        while True:
            if not mine:
                x = next(it, _missing)
                if x is _missing:
                    return
                for q in queues:
                    q.append(x)
            yield mine.pop(0)
    return tuple(gen(q) for q in queues)


def zip_longest(*iterables, fillvalue=None):
    its = [iter(it) for it in iterables]
    left = len(its)
    done = [False] * left
    while left:
        row = []
        for i, it in enumerate(its):
            x = fillvalue
            if not done[i]:
                x = next(it, _missing)
                if x is _missing:
                    done[i] = True
                    left -= 1
                    x = fillvalue
            row.append(x)
        if left:
            yield tuple(row)


def product(*iterables, repeat=1):
    pools = [tuple(p) for p in iterables] * repeat
    if any(not p for p in pools):
        return
    at = [0] * len(pools)
    while True:
        yield tuple(p[i] for p, i in zip(pools, at))
        for k in reversed(range(len(pools))):
            at[k] += 1
            if at[k] < len(pools[k]):
                break
            at[k] = 0
        else:
            return


def permutations(iterable, r=None):
    pool = tuple(iterable)
    n = len(pool)
    r = n if r is None else r
    if r > n:
        return
    indices = list(range(n))
    cycles = list(range(n, n - r, -1))
    yield tuple(pool[i] for i in indices[:r])
    while n:
        for i in reversed(range(r)):
            cycles[i] -= 1
            if cycles[i] == 0:
                indices[i:] = indices[i + 1:] + indices[i:i + 1]
                cycles[i] = n - i
            else:
                j = cycles[i]
                indices[i], indices[-j] = indices[-j], indices[i]
                yield tuple(pool[i] for i in indices[:r])
                break
        else:
            return


def combinations(iterable, r):
    pool = tuple(iterable)
    n = len(pool)
    if r > n:
        return
    indices = list(range(r))
    yield tuple(pool[i] for i in indices)
    while True:
        for i in reversed(range(r)):
            if indices[i] != i + n - r:
                break
        else:
            return
        indices[i] += 1
        for j in range(i + 1, r):
            indices[j] = indices[j - 1] + 1
        yield tuple(pool[i] for i in indices)


def combinations_with_replacement(iterable, r):
    pool = tuple(iterable)
    n = len(pool)
    if not n and r:
        return
    indices = [0] * r
    yield tuple(pool[i] for i in indices)
    while True:
        for i in reversed(range(r)):
            if indices[i] != n - 1:
                break
        else:
            return
        indices[i:] = [indices[i] + 1] * (r - i)
        yield tuple(pool[i] for i in indices)


def batched(iterable, n):
    it = iter(iterable)
    while batch := tuple(islice(it, n)):
        yield batch
