# Cusps and vertical tangents: an infinite slope
# cbrt rises vertically at 0, sqrt(abs(x)) comes down and goes
# up again, and x * sqrt(abs(x)) only bends in its derivative.
# window: -2 2
import jax
import jax.numpy as jnp


def f(x):
    return jnp.sqrt(jnp.abs(x))


def vertical(x):
    return jnp.cbrt(x)


def only_second(x):
    return x * jnp.abs(x)


print(jax.grad(f)(0.0), jax.grad(vertical)(0.0))
print(jax.grad(jax.grad(only_second))(0.0))
