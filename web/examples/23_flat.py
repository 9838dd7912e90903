# Flat stretches: where learning stops
# Outside its bounds clip is constant, a saturated tanh nearly
# so, and a dead relu forever.
# window: -6 6
import jax
import jax.numpy as jnp


def f(x):
    return jnp.clip(0.5 * x, -1.0, 1.0)


def dead_unit(x, bias=-2.0):
    return 1.5 * jax.nn.relu(x + bias)


def leaky(x, bias=-2.0):
    return 1.5 * jax.nn.leaky_relu(x + bias, 0.1)


def saturated(x):
    return jnp.tanh(8 * x)


print(jax.grad(f)(4.0), jax.grad(dead_unit)(1.0))
