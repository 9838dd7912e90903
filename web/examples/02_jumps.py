# Jumps: sign, round, floor and ceil
# The gradient is 0 everywhere, at the jump too, and at NaN: no
# error, no warning, and nothing for an optimiser to follow.
# window: -2.6 2.6
import jax
import jax.numpy as jnp


def f(x):
    return jnp.floor(x) + 0.25 * x


def rounded(x):
    return jnp.round(2 * x) / 2


def sign(x):
    return jnp.sign(x)


def ceiling(x):
    return jnp.ceil(x)


for g in (f, rounded, sign, ceiling):
    print(g.__name__, jax.grad(g)(0.5), jax.grad(g)(1.0))
