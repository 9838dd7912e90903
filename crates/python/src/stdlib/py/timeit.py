# timeit
import time as _time
default_timer = _time.perf_counter


def timeit(stmt="pass", setup="pass", timer=default_timer, number=1000000, globals=None):
    if not callable(stmt):
        raise TypeError("timeit of source text is not available here: give it a function")
    start = timer()
    for _ in range(number):
        stmt()
    return timer() - start


def repeat(stmt="pass", setup="pass", timer=default_timer, repeat=5, number=1000000, globals=None):
    return [timeit(stmt, setup, timer, number, globals) for _ in range(repeat)]
