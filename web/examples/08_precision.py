# Precision: what float32 cannot see
# Cancellation makes noise near 0; switch f32 to f64 above and
# it goes. Half-angle algebra cures it in either.
# window: -0.004 0.004
import jax
import jax.numpy as jnp


def f(x):
    return (1 - jnp.cos(x)) / (x * x)


def cured(x):
    return 0.5 * jnp.sinc(x / (2 * jnp.pi)) ** 2


print(f(1e-3), cured(1e-3))
print("subnormal:", jax.grad(jnp.log)(1e-40))
