# Comparisons: true or false has no slope
# A comparison cast to a float has gradient 0; a bool as the
# result is an error, and a smooth gate cures both.
# window: -3 3
import jax
import jax.numpy as jnp


def f(x):
    return (x > 1).astype(jnp.float32)


def gate(x, sharpness=5.0):
    return jax.nn.sigmoid(sharpness * (x - 1))


print("hard  ", jax.grad(f)(1.0))
print("smooth", jax.grad(gate)(1.0))
try:
    jax.grad(lambda x: x > 1)(1.0)
except TypeError as error:
    print("TypeError:", error)
