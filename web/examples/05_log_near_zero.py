# log near zero: huge, then infinite, then wrong
# The value is NaN for x < 0 while the gradient happily says 1/x.
# window: -1 2
import jax
import jax.numpy as jnp


def f(x):
    return jnp.log(x)


def guarded(x, eps=0.01):
    return jnp.log(jnp.maximum(x, 0.0) + eps)


for x in (1e-20, 0.0, -0.0, -1.0):
    print(x, f(x), jax.grad(f)(x))
