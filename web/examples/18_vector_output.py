# Scalar output: what grad takes, and what to use instead
# For several outputs there are jacobians, jvp and vjp.
# window: -3 3
import jax
import jax.numpy as jnp


def waves(x):
    return jnp.array([jnp.sin(x), jnp.cos(2 * x)])


def f(x):
    return jnp.sum(waves(x) ** 2)


print("jacfwd:", jax.jacfwd(waves)(0.5))
y, pull = jax.vjp(waves, 0.5)
print("vjp:   ", pull(jnp.array([1.0, 0.0]))[0])
try:
    jax.grad(waves)(0.5)
except TypeError as error:
    print("TypeError:", error)
