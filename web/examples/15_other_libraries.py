# Other libraries: math.sin raises
# Functions of Python's math module need a number. The same
# names in jax.numpy differentiate.
# window: -4 4
import math

import jax
import jax.numpy as jnp


def f(x):
    return jnp.sin(x) * math.exp(-0.5)


def wrong(x):
    return math.sin(x)


print(jax.grad(f)(0.0))
try:
    jax.grad(wrong)(1.0)
except TypeError as error:
    print(type(error).__name__)
    print(str(error).split("\n")[0])
