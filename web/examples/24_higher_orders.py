# Higher orders: a gradient is a function too
# Derivatives of derivatives, and where they break first.
# window: -4 4
import jax
import jax.numpy as jnp


def bump(x):
    return jnp.exp(-x * x / 2)


first = jax.grad(bump)
second = jax.grad(first)


def f(x, mix=0.5):
    return mix * second(x) + (1 - mix) * first(x)


def elu(x):
    return jax.nn.elu(x)


print([float(g(1.0)) for g in (bump, first, second)])
print("elu, second derivative at 0:",
      jax.grad(jax.grad(elu))(0.0))
