# The branch not taken: NaN out of nowhere
# where() picks the right value, but backwards it multiplies
# the other branch's infinite slope by zero. Two wheres cure it.
# window: -2 2
import jax
import jax.numpy as jnp


def f(x):
    return jnp.where(x > 0, jnp.sqrt(x), 0.0)


def double_where(x):
    safe = jnp.where(x > 0, x, 1.0)
    return jnp.where(x > 0, jnp.sqrt(safe), 0.0)


print("grad:", jax.grad(f)(-1.0))
print("jvp: ", jax.jvp(f, (-1.0,), (1.0,))[1])
print("cured:", jax.grad(double_where)(-1.0))
