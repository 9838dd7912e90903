# Python control flow: the gradient of the branch taken
# if and while on a value are fine under grad; of the branch
# not taken the gradient knows nothing. jit and vmap refuse.
# window: -3 3
import jax
import jax.numpy as jnp


def f(x):
    if x < -1:
        return -x
    y = x
    while y > 1:
        y = y / 2
    return y * y


print(jax.grad(f)(-2.0), jax.grad(f)(1.5))
try:
    jax.jit(f)(1.0)
except jax.errors.TracerBoolConversionError as error:
    print(str(error).split("\n")[0])
