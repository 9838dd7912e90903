//! Small building blocks for library objects: functions from closures, objects with fields.

use crate::Cx;
use crate::arg::{Arg, Callable, Kind, Object};
use gradlens_ir::{Error, LocalBoxFuture, Result};
use std::any::Any;
use std::rc::Rc;

struct Native<F> {
    name: &'static str,
    f: F,
}

impl<F: Fn(&Cx, &[Arg]) -> Result<Arg> + 'static> Callable for Rc<Native<F>> {
    fn call(&self, cx: &Cx, args: Vec<Arg>, kwargs: Vec<(Rc<str>, Arg)>) -> LocalBoxFuture<Result<Arg>> {
        if let Some((k, _)) = kwargs.first() {
            let e = Error::type_error(format!("{}() got an unexpected keyword argument '{k}'", self.name));
            return Box::pin(std::future::ready(Err(e)));
        }
        let (cx, this) = (cx.clone(), self.clone());
        Box::pin(async move { cx.retrying(|| (this.f)(&cx, &args)).await })
    }
    fn name(&self) -> String {
        self.name.into()
    }
    fn id(&self) -> usize {
        Rc::as_ptr(self) as *const u8 as usize
    }
    fn repr(&self) -> String {
        format!("<built-in method {}>", self.name)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A function of positional arguments from a closure: a bound method of a library object.
pub fn native(name: &'static str, f: impl Fn(&Cx, &[Arg]) -> Result<Arg> + 'static) -> Arg {
    Arg::Callable(Rc::new(Rc::new(Native { name, f })))
}

/// A function of the table with its first arguments given.
pub struct Partial {
    /// The table's function.
    pub function: Rc<crate::table::Function>,
    /// Arguments that come first.
    pub first: Vec<Arg>,
    /// What `__name__` shows.
    pub name: &'static str,
}

impl Callable for Partial {
    fn call(&self, cx: &Cx, args: Vec<Arg>, kwargs: Vec<(Rc<str>, Arg)>) -> LocalBoxFuture<Result<Arg>> {
        let mut all = self.first.clone();
        all.extend(args);
        self.function.call(cx, all, kwargs)
    }
    fn name(&self) -> String {
        self.name.into()
    }
    fn parameters(&self) -> Option<Vec<(Rc<str>, Kind)>> {
        Some(self.function.params.iter().skip(self.first.len()).map(|p| (p.name.clone(), p.kind)).collect())
    }
    fn id(&self) -> usize {
        self as *const Partial as usize
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// An object that is a record of named values (`finfo`, results with fields).
pub struct Record {
    /// `type(x).__name__`.
    pub type_name: &'static str,
    /// Names and values.
    pub fields: Vec<(&'static str, Arg)>,
    /// What `repr` shows.
    pub text: String,
}

impl Object for Record {
    fn type_name(&self) -> String {
        self.type_name.into()
    }
    fn repr(&self, _: &Cx) -> Result<String> {
        Ok(self.text.clone())
    }
    fn attr(&self, _: &Cx, name: &str) -> Result<Option<Arg>> {
        Ok(self.fields.iter().find(|f| f.0 == name).map(|f| f.1.clone()))
    }
    fn eq(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Record>().is_some_and(|o| o.type_name == self.type_name && o.text == self.text)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
