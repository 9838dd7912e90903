//! A Jaxpr as the page's graph, and what each of its nodes holds at a point.

use crate::module::Lines;
use crate::protocol::{Edge, Graph, Node, NodeKind, NodeValue, Role, Values};
use gradlens_ir::rule_objects::FlatFn;
use gradlens_ir::{Array, Atom, Bind, ClosedJaxpr, DType, LocalBoxFuture, Params, Result, Value, ops};
use gradlens_lens::Sample;
use gradlens_transform::{self as tf, Cx};
use std::any::Any;
use std::collections::HashMap;

/// Most nodes whose values are computed.
const MAX_NODES: usize = 400;

fn label(prim: &str, params: &Params) -> String {
    match params {
        Params::IntegerPow { y } => format!("{prim} {y}"),
        Params::ConvertElementType { new_dtype, .. } => format!("to {}", new_dtype.short_name()),
        Params::Jit { name, .. } => format!("jit {name}"),
        Params::CustomJvpCall { name, .. } | Params::CustomVjpCall { name, .. } => name.to_string(),
        Params::Reduce { axes } => format!("{prim} {axes:?}"),
        _ => prim.to_string(),
    }
}

fn inner(params: &Params) -> Option<String> {
    match params {
        Params::Jit { jaxpr, .. } | Params::Remat { jaxpr, .. } | Params::Scan { jaxpr, .. } => {
            Some(gradlens_ir::text::jaxpr_text(&jaxpr.jaxpr))
        }
        Params::CustomJvpCall { call_jaxpr, .. } | Params::CustomVjpCall { call_jaxpr, .. } => {
            Some(gradlens_ir::text::jaxpr_text(&call_jaxpr.jaxpr))
        }
        Params::Cond { branches } => {
            Some(branches.iter().map(|b| gradlens_ir::text::jaxpr_text(&b.jaxpr)).collect::<Vec<_>>().join("\n"))
        }
        Params::While { cond_jaxpr, body_jaxpr, .. } => Some(format!(
            "{}\n{}",
            gradlens_ir::text::jaxpr_text(&cond_jaxpr.jaxpr),
            gradlens_ir::text::jaxpr_text(&body_jaxpr.jaxpr)
        )),
        _ => None,
    }
}

/// The graph of a Jaxpr: inputs, equations, outputs, and the constants between.
pub fn graph(closed: &ClosedJaxpr, lines: &Lines) -> Graph {
    let jaxpr = &closed.jaxpr;
    let mut nodes: Vec<Node> = vec![];
    let mut edges = vec![];
    let mut maker: HashMap<u32, u32> = HashMap::new();
    let mut seen: HashMap<String, u32> = HashMap::new();
    let mut add = |nodes: &mut Vec<Node>,
                   kind: NodeKind,
                   primitive: &str,
                   text: String,
                   aval: String,
                   span: gradlens_ir::Span,
                   role: Role,
                   inner: Option<String>|
     -> u32 {
        let id = nodes.len() as u32;
        // A key by label and place among equals stays the same when other lines are edited.
        let base = format!("{kind:?}:{text}");
        let count = seen.entry(base.clone()).or_insert(0);
        let key = format!("{base}#{count}");
        *count += 1;
        nodes.push(Node {
            id,
            key,
            kind,
            primitive: primitive.into(),
            label: text,
            aval,
            span: lines.span(span),
            role,
            primal: None,
            inner,
        });
        id
    };
    for (i, v) in jaxpr.invars.iter().enumerate() {
        let name = if jaxpr.invars.len() == 1 { "x".into() } else { format!("x{i}") };
        let id = add(
            &mut nodes,
            NodeKind::Input,
            "",
            name,
            jaxpr.aval(*v).short(),
            gradlens_ir::Span::NONE,
            Role::Primal,
            None,
        );
        maker.insert(v.0, id);
    }
    for v in &jaxpr.constvars {
        let id = add(
            &mut nodes,
            NodeKind::Constant,
            "",
            "const".into(),
            jaxpr.aval(*v).short(),
            gradlens_ir::Span::NONE,
            Role::Primal,
            None,
        );
        maker.insert(v.0, id);
    }
    for e in &jaxpr.eqns {
        let role = match e.role {
            gradlens_ir::Role::Primal => Role::Primal,
            gradlens_ir::Role::Tangent => Role::Tangent,
            gradlens_ir::Role::Cotangent => Role::Cotangent,
        };
        let aval = e.outs.first().map_or(String::new(), |v| jaxpr.aval(*v).short());
        // Literals stand on the node that takes them: nodes of their own would be most of the drawing.
        let literals = e.ins.iter().filter_map(|a| match a {
            Atom::Lit(l) => Some(literal(l)),
            Atom::Var(_) => None,
        });
        let text =
            std::iter::once(label(e.prim.name(), &e.params)).chain(literals.take(2)).collect::<Vec<_>>().join(" ");
        let id = add(&mut nodes, NodeKind::Equation, e.prim.name(), text, aval, e.span, role, inner(&e.params));
        for (k, a) in e.ins.iter().enumerate() {
            if let Atom::Var(v) = a
                && let Some(&from) = maker.get(&v.0)
            {
                edges.push(Edge { from, to: id, operand: k as u32 });
            }
        }
        e.outs.iter().for_each(|v| {
            maker.insert(v.0, id);
        });
    }
    for a in &jaxpr.outs {
        let id = add(
            &mut nodes,
            NodeKind::Output,
            "",
            "out".into(),
            jaxpr.atom_aval(a).short(),
            gradlens_ir::Span::NONE,
            Role::Primal,
            None,
        );
        if let Atom::Var(v) = a
            && let Some(from) = maker.get(&v.0)
        {
            edges.push(Edge { from: *from, to: id, operand: 0 });
        }
    }
    Graph { nodes, edges }
}

/// Joins the nodes of a gradient to those of its function: the function's equations are met again in the same order, and what
/// is linear or goes back belongs to the expression that it came from.
pub fn link(gradient: &mut Graph, function: &Graph) {
    let mut twins: HashMap<(&str, Option<crate::protocol::Span>), Vec<u32>> = HashMap::new();
    for n in function.nodes.iter().rev() {
        twins.entry((&n.primitive, n.span)).or_default().push(n.id);
    }
    for n in &mut gradient.nodes {
        n.primal = match (n.kind, n.role) {
            (NodeKind::Output, _) => function.nodes.iter().find(|f| f.kind == NodeKind::Input).map(|f| f.id),
            (NodeKind::Equation, Role::Tangent | Role::Cotangent) if n.span.is_some() => {
                function.nodes.iter().rev().find(|f| f.span == n.span).map(|f| f.id)
            }
            (_, Role::Primal) => twins.get_mut(&(n.primitive.as_str(), n.span)).and_then(Vec::pop),
            _ => None,
        };
        if n.kind == NodeKind::Output {
            n.role = Role::Cotangent;
        }
    }
}

fn literal(l: &Array) -> String {
    gradlens_numpy::print::array_str(l).unwrap_or_else(|_| "…".into())
}

/// The function with a perturbation added to the result of every equation: its gradient in those is every node's cotangent.
struct Perturbed {
    cx: Cx,
    closed: ClosedJaxpr,
    x: Value,
}

impl FlatFn for Perturbed {
    fn name(&self) -> String {
        "f".into()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn call(&self, perturbations: Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>> {
        let run = || -> Result<Vec<Value>> {
            let cx = &self.cx;
            let consts: Vec<Value> = self.closed.consts.iter().cloned().map(Value::Array).collect();
            let jaxpr = &self.closed.jaxpr;
            let mut env = tf::interp::Env::new(jaxpr, &consts, std::slice::from_ref(&self.x))?;
            let mut next = perturbations.iter();
            for e in &jaxpr.eqns {
                let ins = e.ins.iter().map(|a| env.read(a)).collect::<Result<Vec<_>>>()?;
                let outs = cx.bind(e.prim, e.params.clone(), &ins)?;
                for (v, o) in e.outs.iter().zip(outs) {
                    let o = if o.dtype().is_floating() {
                        match next.next() {
                            Some(z) => ops::add_any(cx, &o, z)?,
                            None => o,
                        }
                    } else {
                        o
                    };
                    env.0[v.0 as usize] = Some(o);
                }
            }
            jaxpr.outs.iter().take(1).map(|a| env.read(a)).collect()
        };
        Box::pin(std::future::ready(run()))
    }
}

/// What every equation of the function holds at `x`, forward and backward.
pub async fn values(cx: &Cx, closed: &ClosedJaxpr, dtype: DType, x: f64, at: &Sample) -> Result<Values> {
    let jaxpr = &closed.jaxpr;
    let x_value = Value::Array(Array::full(&[], dtype, x));
    let mut out = Values {
        x,
        value: Some(at.value),
        forward: Some(at.forward),
        reverse: Some(at.reverse),
        nodes: vec![],
        first_bad_value: None,
        first_bad_cotangent: None,
        dies_at: None,
    };
    if jaxpr.eqns.len() > MAX_NODES {
        return Ok(out);
    }
    // Node numbers follow `graph`: inputs, constants, equations.
    let first = jaxpr.invars.len() + jaxpr.constvars.len();
    let ids = (0..jaxpr.eqns.len()).map(|i| (first + i) as u32);
    let mut all = (**jaxpr).clone();
    let vars: Vec<_> = jaxpr.eqns.iter().flat_map(|e| e.outs.clone()).collect();
    all.outs = vars.iter().map(|v| Atom::Var(*v)).collect();
    let probing = ClosedJaxpr { jaxpr: all.into(), consts: closed.consts.clone() };
    let held = cx.run(&probing, &[Array::full(&[], dtype, x)])?;
    let zeros: Vec<Value> = vars
        .iter()
        .filter(|v| jaxpr.aval(**v).dtype.is_floating())
        .map(|v| ops::zeros(cx, jaxpr.aval(*v)))
        .collect::<Result<_>>()?;
    let wanted = vec![true; zeros.len()];
    let f = Perturbed { cx: cx.clone(), closed: closed.clone(), x: x_value };
    let cotangents = match tf::linearize(cx, &f, zeros, &wanted).await {
        Ok((y, lin)) => lin.transpose(cx, &[Some(ops::scalar_like(&y[0], 1.0))]).await.unwrap_or_default(),
        Err(_) => vec![],
    };
    let (mut h, mut c) = (held.iter(), cotangents.iter());
    for (e, id) in jaxpr.eqns.iter().zip(ids) {
        for v in &e.outs {
            let Some(array) = h.next() else { break };
            let ct = if jaxpr.aval(*v).dtype.is_floating() { c.next().cloned().flatten() } else { None };
            let value = (array.aval().size() == 1).then(|| array.to_f64s().ok().map(|v| v[0])).flatten();
            let ct_array = ct.as_ref().and_then(|v| v.as_array()).cloned();
            let cotangent =
                ct_array.as_ref().filter(|a| a.aval().size() == 1).and_then(|a| a.to_f64s().ok()).map(|v| v[0]);
            if out.first_bad_value.is_none()
                && array.dtype().is_floating()
                && array.to_f64s().is_ok_and(|v| v.iter().any(|x| !x.is_finite()))
            {
                out.first_bad_value = Some(id);
            }
            // Going back, the last equation comes first.
            if cotangent.is_some_and(|c| !c.is_finite()) {
                out.first_bad_cotangent = Some(id);
            }
            if cotangent == Some(0.0) {
                out.dies_at = Some(id);
            }
            out.nodes.push(NodeValue {
                node: id,
                value: value.filter(|v| !v.is_nan()),
                value_text: literal(array),
                cotangent: cotangent.filter(|v| !v.is_nan()),
                cotangent_text: ct_array.as_ref().map_or(String::new(), literal),
            });
        }
    }
    // The argument holds x and the derivative; the result its value, and the one that the way back starts from.
    let ends = [(0, Some(x), out.reverse), (first as u32 + jaxpr.eqns.len() as u32, out.value, Some(1.0))];
    for (node, value, cotangent) in ends {
        let text = |x: Option<f64>| x.map_or(String::new(), |x| x.to_string());
        let (value_text, cotangent_text) = (text(value), text(cotangent));
        let number = |x: Option<f64>| x.filter(|x| !x.is_nan());
        out.nodes.push(NodeValue {
            node,
            value: number(value),
            value_text,
            cotangent: number(cotangent),
            cotangent_text,
        });
    }
    Ok(out)
}
