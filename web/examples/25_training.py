# A loss seen along one weight
# A tiny network fitted by gradient descent; the plot is its
# loss over the first weight, kinks of its relus and all.
# window: -4 4
import jax
import jax.numpy as jnp

xs = jnp.linspace(-2.0, 2.0, 16)
ys = jnp.abs(xs) - 0.5


def predict(params, x):
    w, b, v = params
    return jnp.sum(v * jax.nn.relu(w * x + b))


def loss(params):
    out = jax.vmap(lambda x: predict(params, x))(xs)
    return jnp.mean((out - ys) ** 2)


params = (jnp.array([1.2, -0.7]), jnp.array([0.1, 0.2]),
          jnp.array([0.5, 0.8]))
step = jax.jit(jax.grad(loss))
for i in range(60):
    params = jax.tree.map(lambda p, g: p - 0.1 * g,
                          params, step(params))
    if i % 20 == 0:
        print(i, loss(params))


def f(x):
    w, b, v = params
    return loss((w.at[0].set(x), b, v))
