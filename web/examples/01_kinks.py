# Kinks: one function, four formulas, four gradients
# abs, maximum, relu and where all make a corner; at the corner
# itself JAX returns 1, 0.5, 0 and 0.
# window: -3 3
import jax
import jax.numpy as jnp


def corner_by_maximum(x):
    return jnp.maximum(x, 0.0)


def corner_by_relu(x):
    return jax.nn.relu(x)


def corner_by_where(x):
    return jnp.where(x > 0, x, 0.0)


def corner_by_abs(x):
    return (x + jnp.abs(x)) / 2


def f(x):
    return jnp.abs(x) + jnp.maximum(x - 1, 0.0)


for g in (corner_by_maximum, corner_by_relu,
          corner_by_where, corner_by_abs):
    print(g.__name__, jax.grad(g)(0.0))
print("abs", jax.grad(jnp.abs)(0.0))
