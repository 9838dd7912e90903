pub fn check_jaxpr(_: &crate::Jaxpr) -> Result<(), String> { Ok(()) }
