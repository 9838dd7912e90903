//! Generators as objects: `send`, `throw`, `close`.

use crate::obj::native::Def;
use crate::obj::{E, Exc, Obj, R, intern, runtime_error, type_error, types};
use crate::ops;
use crate::rt::{Request, Rt};

/// Adds the methods of generators to their class.
pub fn install() {
    let d = Def::class(&types().generator);
    d.sync("__iter__", "self, /", |_, a| Ok(a[0].clone()));
    d.asynch("__next__", "self, /", |rt, a| Box::pin(async move { send(&rt, &a[0], Obj::None).await }));
    d.asynch("send", "self, arg, /", |rt, a| Box::pin(async move { send(&rt, &a[0], a[1].clone()).await }));
    d.asynch("throw", "self, typ, val=, tb=, /", |rt, a| {
        Box::pin(async move {
            let e = match &a[1] {
                c @ Obj::Class(k) if k.is_exception => {
                    let args = if a[2].given() && !a[2].is_none() { vec![a[2].clone()] } else { Vec::new() };
                    rt.call(c, crate::obj::Args::pos(args)).await?
                }
                o if o.exc().is_some() => o.clone(),
                o => {
                    return Err(type_error(format!(
                        "exceptions must be classes or instances deriving from BaseException, not {}",
                        o.type_name()
                    )));
                }
            };
            let Obj::Generator(g) = &a[0] else { return Ok(Obj::None) };
            rt.ask(Request::Throw(g.clone(), Exc::Py(e))).await
        })
    });
    d.asynch("close", "self, /", |rt, a| {
        Box::pin(async move {
            let Obj::Generator(g) = &a[0] else { return Ok(Obj::None) };
            if g.frame.borrow().is_none() {
                return Ok(Obj::None);
            }
            let e = Exc::Py(E::GeneratorExit.make(Vec::new()));
            match rt.ask(Request::Throw(g.clone(), e)).await {
                Ok(_) => Err(runtime_error("generator ignored GeneratorExit")),
                Err(Exc::Py(o))
                    if o.class().is_subclass(E::GeneratorExit.class())
                        || o.class().is_subclass(E::StopIteration.class()) =>
                {
                    Ok(Obj::None)
                }
                Err(e) => Err(e),
            }
        })
    });
}

async fn send(rt: &Rt, g: &Obj, v: Obj) -> R<Obj> {
    let Obj::Generator(g) = g else { return Ok(Obj::None) };
    rt.ask(Request::Send(g.clone(), v)).await
}

/// `yield from` something that is no generator: an ended iterator raises `StopIteration` with its value.
pub async fn send_to(rt: &Rt, it: &Obj, v: Obj) -> R<Obj> {
    if v.is_none() {
        return match ops::iter_next(rt, it).await? {
            Some(x) => Ok(x),
            None => Err(Exc::Py(E::StopIteration.make(Vec::new()))),
        };
    }
    let f = ops::get_attr(rt, it, &intern("send")).await?;
    rt.call(&f, [v]).await
}
