# Integer casts: a staircase without slope
# Through an integer no gradient passes. It is 0, not an error.
# window: -3 3
import jax
import jax.numpy as jnp


def f(x):
    step = x.astype(jnp.int32)
    return step.astype(jnp.float32) * 0.5


def stairs_with_slope(x):
    return jnp.int32(x * 2) * 0.25 + 0.1 * x


print(jax.grad(f)(1.5))
print(jax.grad(stairs_with_slope)(1.5))
