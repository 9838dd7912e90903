# lax control flow: cond, scan, fori_loop, while_loop
# All of it differentiates forwards; backwards a loop must know
# its length. cond shields the branch not taken, until vmap.
# window: -2 2
import jax
import jax.numpy as jnp
from jax import lax


def f(x):
    return lax.cond(x > 0, jnp.sqrt, lambda x: 0.25 * x, x)


def iterated(x):
    def step(y, _):
        return jnp.sin(2 * y), y
    y, path = lax.scan(step, x, None, length=4)
    return y + path[2]


def halved(x):
    return lax.while_loop(lambda y: jnp.abs(y) > 1,
                          lambda y: y / 2, x)


print("cond:", jax.grad(f)(-1.0), jax.grad(f)(0.25))
print("scan:", jax.grad(iterated)(0.3))
print("while, forwards:", jax.jvp(halved, (3.0,), (1.0,))[1])
try:
    jax.grad(halved)(3.0)
except ValueError as error:
    print("while, backwards:", str(error)[:60])
