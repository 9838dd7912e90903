# Start here: a bend, a break, a blow-up and a dead gradient
# Move over the plot, click an event, plot its cure.
# window: -4 4
import jax
import jax.numpy as jnp


def f(x, a=1.0):
    bend = a * jnp.abs(x - 1)
    root = jnp.where(x > 0, jnp.sqrt(x), 0.0)
    pole = 1 / (x + 2)
    step = jnp.where(x >= 2.5, 1.5, 0.0)
    return bend + root + pole + step


print("f(2)  =", f(2.0))
print("f'(2) =", jax.grad(f)(2.0))
print("f'(-1) =", jax.grad(f)(-1.0), "(f(-1) is fine)")
