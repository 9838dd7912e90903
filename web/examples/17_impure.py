# Impure functions: jit freezes what it saw
# A global read once, a print that runs at tracing, a tracer
# that escapes: three ways to be surprised.
# window: -3 3
import jax
import jax.numpy as jnp

scale = 2.0
leaked = []


def f(x):
    return scale * jnp.tanh(x)


compiled = jax.jit(lambda x: scale * x)
print(compiled(1.0))
scale = 10.0
print(compiled(1.0), "still the old scale")
print(jax.grad(f)(0.0), "grad runs it again")


def leaking(x):
    leaked.append(2 * x)
    return x * x


jax.grad(leaking)(1.0)
try:
    leaked[0] + 1
except jax.errors.UnexpectedTracerError as error:
    print(type(error).__name__)
