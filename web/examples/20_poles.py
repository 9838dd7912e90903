# Poles, holes and edges
# 1/x and tan blow up, sin(x)/x only has a hole to fill, and
# sqrt ends where its argument does.
# window: -4 4
import jax
import jax.numpy as jnp


def f(x):
    return jnp.tan(x) + 1 / (x - 3)


def hole(x):
    return jnp.sin(x) / x


def edge(x):
    return jnp.sqrt(4 - x * x)


print(jax.grad(f)(0.0), jax.grad(hole)(0.0), jax.grad(edge)(0.0))
