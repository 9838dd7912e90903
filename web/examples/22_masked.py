# Masked: the code switches, the function does not notice
# Two formulas that agree where they meet. A lens that looked at
# code alone would cry wolf here.
# window: -3 3
import jax
import jax.numpy as jnp


def f(x):
    return jnp.where(x > 1, x * x, 2 * x - 1 + (x - 1) ** 2)


def squared_relu(x):
    return jnp.maximum(x, 0.0) ** 2


def even(x):
    return jnp.cos(jnp.abs(x))


print(jax.grad(f)(1.0), jax.grad(squared_relu)(0.0))
