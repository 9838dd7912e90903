# How much a fused kernel gains over one kernel per operation, on a million floats.
import time
import jax
import jax.numpy as jnp


def f(x):
    return jnp.sin(x) * jnp.exp(-x * x) + jnp.tanh(x) / (1.0 + x * x)


def best(g, x, n=8):
    g(x).block_until_ready()
    times = []
    for _ in range(n):
        start = time.perf_counter()
        g(x).block_until_ready()
        times.append(time.perf_counter() - start)
    return min(times) * 1e3


x = jnp.linspace(-3.0, 3.0, 1000000)
fused, eager = best(jax.jit(f), x), best(f, x)
print(f"value: fused {fused:.2f} ms, one kernel per operation {eager:.2f} ms, ratio {eager / fused:.2f}")
df = jax.vmap(jax.grad(f))
fused, eager = best(jax.jit(df), x), best(df, x)
print(f"gradient: fused {fused:.2f} ms, one kernel per operation {eager:.2f} ms, ratio {eager / fused:.2f}")
