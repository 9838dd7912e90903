//! From the session's answers to what a page draws: fills `view`'s plain inputs from the protocol's data.

use gradlens_session::protocol as p;
use gradlens_view::{graph, plot};
use serde::Serialize;

/// An answer with its drawing: what the page gets.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Update {
    /// What the session said.
    pub answer: p::Answer,
    /// The plot as far as it is known; comes with each plot or lens answer.
    pub plot_model: Option<plot::PlotModel>,
    /// Where the graphs' nodes go; comes with the graphs.
    pub layouts: Option<Layouts>,
}

/// The layouts of both graphs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Layouts {
    /// Of the function.
    pub function: graph::Layout,
    /// Of its gradient.
    pub gradient: Option<graph::Layout>,
}

/// What has to be remembered from one answer to the next.
#[derive(Default)]
pub struct Models {
    plot: Option<p::Plot>,
    lens: Option<p::Lens>,
    request: p::RequestId,
    asked: Option<p::Analyze>,
    function: Option<graph::Layout>,
    gradient: Option<graph::Layout>,
}

impl Models {
    /// A new analysis begins. Where only the window moves, what the lens found stays until it finds something else.
    pub fn begin(&mut self, id: p::RequestId, task: &p::Analyze) {
        let window = task.window;
        let same = self.asked.as_ref().is_some_and(|last| p::Analyze { window, ..last.clone() } == *task);
        if !same {
            self.lens = None;
        }
        (self.plot, self.request, self.asked) = (None, id, Some(task.clone()));
    }

    /// Add the drawing to an answer.
    pub fn update(&mut self, answer: p::Answer) -> Update {
        let (mut plot_model, mut layouts) = (None, None);
        if answer.id != self.request && !matches!(answer.body, p::Body::Values(_) | p::Body::Library(_)) {
            (self.request, self.plot, self.lens) = (answer.id, None, None);
        }
        match &answer.body {
            p::Body::Plot(plot) => {
                self.plot = Some(plot.clone());
                plot_model = self.draw();
            }
            p::Body::Lens(lens) => {
                self.lens = Some(lens.clone());
                plot_model = self.draw();
            }
            p::Body::Graphs(graphs) => {
                self.function = Some(place(&graphs.function, self.function.as_ref()));
                self.gradient = graphs.gradient.as_ref().map(|g| place(g, self.gradient.as_ref()));
                let function = self.function.clone().unwrap_or_default();
                layouts = Some(Layouts { function, gradient: self.gradient.clone() });
            }
            p::Body::Module(_) | p::Body::Values(_) | p::Body::Library(_) | p::Body::Done(_) => {}
        }
        Update { answer, plot_model, layouts }
    }

    fn draw(&self) -> Option<plot::PlotModel> {
        let shown = self.plot.as_ref()?;
        let marks = self.lens.iter().flat_map(|l| &l.events).map(mark).collect();
        Some(plot::plot(&plot::Input {
            window: [shown.window.lo, shown.window.hi],
            value: pieces(&shown.value),
            forward: pieces(&shown.forward),
            reverse: pieces(&shown.reverse),
            marks,
        }))
    }
}

fn pieces(curve: &p::Curve) -> Vec<plot::Piece> {
    curve.segments.iter().map(|s| plot::Piece { x: s.x.clone(), y: s.y.clone() }).collect()
}

fn mark(event: &p::Event) -> plot::Mark {
    let sides = |s: &p::Sides| [s.left, s.at, s.right];
    plot::Mark {
        id: event.id,
        kind: kind(event.kind),
        x: event.x,
        x_end: event.x_end,
        value: sides(&event.value),
        slope: sides(&event.slope),
        grad: event.grad.as_ref().map(|r| r.value),
        jvp: event.jvp.as_ref().map(|r| r.value),
    }
}

fn kind(kind: p::EventKind) -> plot::Kind {
    use p::EventKind as E;
    match kind {
        E::Kink => plot::Kind::Kink,
        E::Jump => plot::Kind::Jump,
        E::Pole => plot::Kind::Pole,
        E::VerticalTangent | E::Cusp => plot::Kind::Steep,
        E::DomainEdge => plot::Kind::Edge,
        E::Removable | E::IsolatedValue => plot::Kind::Hole,
        E::Masked | E::WeakKink => plot::Kind::Masked,
        E::FlatRegion => plot::Kind::Flat,
        E::NanRegion => plot::Kind::Nan,
        E::Overflow | E::Underflow => plot::Kind::Range,
        E::AdMismatch => plot::Kind::Mismatch,
        E::Oscillation | E::Undecided => plot::Kind::Undecided,
    }
}

/// Room for a node: its label above, what it holds below.
const NODE_HEIGHT: f64 = 46.0;
/// Width of a character of a label, in the layout's units (CSS pixels at scale 1).
const CHARACTER: f64 = 7.4;
const GAPS: graph::Gaps = graph::Gaps { within: 18.0, between: 30.0 };

/// Whether the type is written on a node: where everything is a float scalar it would only be in the way.
fn shows_aval(n: &p::Node) -> bool {
    n.aval != "f32[]" && n.aval != "f64[]"
}

fn place(g: &p::Graph, last: Option<&graph::Layout>) -> graph::Layout {
    let index: std::collections::HashMap<u32, usize> = g.nodes.iter().enumerate().map(|(i, n)| (n.id, i)).collect();
    let nodes: Vec<graph::NodeBox> = g
        .nodes
        .iter()
        .map(|n| {
            let small = n.kind != p::NodeKind::Equation;
            let aval = if shows_aval(n) { n.aval.chars().count().min(12) + 1 } else { 0 };
            let characters = (n.label.chars().count() + aval) as f64;
            graph::NodeBox {
                key: n.key.clone(),
                w: (characters * CHARACTER + 22.0).clamp(if small { 84.0 } else { 112.0 }, 240.0),
                h: NODE_HEIGHT,
                hang: n.kind == p::NodeKind::Constant,
            }
        })
        .collect();
    let edges: Vec<(usize, usize)> =
        g.edges.iter().filter_map(|e| Some((*index.get(&e.from)?, *index.get(&e.to)?))).collect();
    graph::layout(&nodes, &edges, GAPS, last)
}
