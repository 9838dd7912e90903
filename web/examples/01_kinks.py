# Tour: a kink, a jump, a pole and a NaN in one function
# Move over the plot, select an event, plot its cure beside it.
# window: -4 4
import jax.numpy as jnp


def f(x, a=1.0):
    return (a * jnp.abs(x - 1) + jnp.where(x > 0, jnp.sqrt(x), 0)
            + 1 / (x + 2) + jnp.where(x >= 2.5, 1.5, 0))
