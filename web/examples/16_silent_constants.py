# Silent constants: int(x), bool(x), x.item()
# They turn a traced value into a plain number. Under grad no
# error comes, and that part of the gradient is just gone.
# window: -3 3
import jax
import jax.numpy as jnp


def f(x):
    return x * int(x)


def with_item(x):
    return x * x.item()


def meant(x):
    return x * x


print("int: ", jax.grad(f)(2.5))
print("item:", jax.grad(with_item)(2.5))
print("x*x: ", jax.grad(meant)(2.5))
