# Higher derivatives, which grow without common subexpressions being shared, and a gradient field.
import time
import jax
import jax.numpy as jnp


def took(work):
    start = time.perf_counter()
    jax.block_until_ready(work())
    return (time.perf_counter() - start) * 1e3


d = jnp.tanh
for n in range(1, 6):
    d = jax.grad(d)
    g = jax.jit(d)
    print(f"derivative {n} of tanh: first {took(lambda: g(0.3)):.1f} ms, then {took(lambda: g(0.3)):.3f} ms")

field = jax.jit(jax.vmap(jax.vmap(jax.grad(lambda x, y: jnp.sin(x * y) + jnp.hypot(x, y), argnums=(0, 1)), (0, None)), (None, 0)))
xs = jnp.linspace(-3.0, 3.0, 1000)
print(f"gradient field of 1000 x 1000: first {took(lambda: field(xs, xs)):.0f} ms, then {took(lambda: field(xs, xs)):.0f} ms")
