//! The JAX-flavoured Python front end: parser, bytecode VM, builtins.
