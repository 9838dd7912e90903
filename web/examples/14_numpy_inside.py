# NumPy inside: an error, not a zero
# numpy.sin wants numbers and gets a tracer. What takes no
# tracer is a constant, and its gradient is not missed.
# window: -4 4
import jax
import jax.numpy as jnp
import numpy as np

TABLE = np.linspace(0.0, 1.0, 5)


def f(x):
    return jnp.sin(x) * np.sum(TABLE)


def wrong(x):
    return np.sin(x)


print(jax.grad(f)(0.0))
try:
    jax.grad(wrong)(1.0)
except jax.errors.TracerArrayConversionError as error:
    print(str(error).split("\n")[0])
