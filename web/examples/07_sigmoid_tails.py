# Sigmoid tails: the value is right, the gradient is not
# exp(x) / (1 + exp(x)) looks perfect at 60, and its gradient
# there is 1 instead of 9e-27. The other form dies on the left.
# window: -100 100
import jax
import jax.numpy as jnp


def f(x):
    return jnp.exp(x) / (1 + jnp.exp(x))


def other_form(x):
    return 1 / (1 + jnp.exp(-x))


def stable(x):
    return jax.nn.sigmoid(x)


for g in (f, other_form, stable):
    print(g.__name__, g(60.0), jax.grad(g)(60.0),
          jax.grad(g)(-95.0))
