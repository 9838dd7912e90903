# Overflow: log(sum(exp)) by hand
# Past 88.7 exp leaves float32: the value turns to inf and the
# gradient to NaN. logsumexp is the same function without that.
# window: -20 140
import jax
import jax.numpy as jnp
from jax.scipy.special import logsumexp


def f(x):
    z = jnp.array([0.0, 1.0, 2.0]) * x
    return jnp.log(jnp.sum(jnp.exp(z)))


def stable(x):
    return logsumexp(jnp.array([0.0, 1.0, 2.0]) * x)


print("by hand:", f(50.0), jax.grad(f)(50.0))
print("stable: ", stable(50.0), jax.grad(stable)(50.0))
