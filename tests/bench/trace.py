# How long it takes to trace ten thousand equations, and to differentiate them. The budget for tracing is 100 ms.
import time
import jax


def f(x):
    for _ in range(5000):
        x = x * 1.0001 + 0.5
    return x


def took(work):
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e3


print(f"make_jaxpr of 10,000 equations: {took(lambda: jax.make_jaxpr(f)(1.0)):.1f} ms (budget 100)")
print(f"grad of 10,000 equations, eager: {took(lambda: jax.grad(f)(1.0)):.1f} ms")
