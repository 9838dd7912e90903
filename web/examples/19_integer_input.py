# Integer input: grad wants a float
# grad(f)(3) is an error, grad(f)(3.0) is not; allow_int says
# that no derivative is expected there.
# window: -3 3
import jax
import jax.numpy as jnp


def f(x):
    return x ** 3 / 3 - x


print(jax.grad(f)(3.0))
try:
    jax.grad(f)(3)
except TypeError as error:
    print("TypeError:", error)
