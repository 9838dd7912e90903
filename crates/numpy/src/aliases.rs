//! Second names: `jnp.concat` is `jnp.concatenate`, `jax.nn.logsumexp` is `jax.scipy.special.logsumexp`.

/// `(alias, path)`.
pub(crate) fn aliases() -> Vec<(String, String)> {
    Vec::new()
}
