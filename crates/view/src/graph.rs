//! Layered layout of a graph (after Sugiyama, Tagawa and Toda): layers by longest path, crossings reduced by sweeps of
//! barycentres, coordinates by least squares under order. Given the last layout, nodes that are still there keep
//! their order, so that a drawing moves little while a person types.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
#[cfg(feature = "ts")]
use ts_rs::TS;

/// A node to place.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeBox {
    /// Stays the same across edits that leave the node alone.
    pub key: String,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
    /// Hang it right above its first user rather than at the top: literals and captured arrays.
    pub hang: bool,
}

/// Room between nodes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gaps {
    /// Between neighbours in a layer.
    pub within: f64,
    /// Between layers.
    pub between: f64,
}

/// A laid out graph. The origin is the top left corner.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/model.ts"))]
pub struct Layout {
    /// Width of the whole.
    pub width: f64,
    /// Height of the whole.
    pub height: f64,
    /// One per node, in the input's order.
    pub nodes: Vec<Placed>,
    /// One per edge, in the input's order: the points it goes through, top to bottom.
    pub edges: Vec<Vec<[f64; 2]>>,
}

/// Where a node is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/model.ts"))]
pub struct Placed {
    /// Its key.
    pub key: String,
    /// x of its centre.
    pub x: f64,
    /// y of its centre.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

/// A node or a bend of a long edge.
struct Item {
    layer: usize,
    w: f64,
    h: f64,
    /// Where the last layout had it, if it had it.
    was: Option<f64>,
    up: Vec<usize>,
    down: Vec<usize>,
    bend: bool,
    x: f64,
}

/// Lay out `nodes` and `edges` (from, to: indices of nodes). Edges must not form a cycle; one that points backwards in
/// a cycle is drawn and does not count. `last` is the layout before the edit.
pub fn layout(nodes: &[NodeBox], edges: &[(usize, usize)], gaps: Gaps, last: Option<&Layout>) -> Layout {
    if nodes.is_empty() {
        return Layout::default();
    }
    let was: HashMap<&str, f64> = last.into_iter().flat_map(|l| &l.nodes).map(|p| (p.key.as_str(), p.x)).collect();
    let layers = layers(nodes, edges);
    let mut items: Vec<Item> = nodes
        .iter()
        .zip(&layers)
        .map(|(n, &layer)| Item {
            layer,
            w: n.w,
            h: n.h,
            was: was.get(n.key.as_str()).copied(),
            up: Vec::new(),
            down: Vec::new(),
            bend: false,
            x: 0.0,
        })
        .collect();
    // A long edge bends once in every layer that it passes.
    let mut routes: Vec<Vec<usize>> = Vec::with_capacity(edges.len());
    for &(from, to) in edges {
        let mut route = vec![from];
        if layers[from] < layers[to] {
            for layer in layers[from] + 1..layers[to] {
                let bend = items.len();
                items.push(Item {
                    layer,
                    w: 6.0,
                    h: 0.0,
                    was: None,
                    up: Vec::new(),
                    down: Vec::new(),
                    bend: true,
                    x: 0.0,
                });
                route.push(bend);
            }
        }
        route.push(to);
        if layers[from] < layers[to] {
            for pair in route.windows(2) {
                items[pair[0]].down.push(pair[1]);
                items[pair[1]].up.push(pair[0]);
            }
        }
        routes.push(route);
    }
    let mut rows = order(&items);
    reduce_crossings(&mut items, &mut rows);
    place(&mut items, &rows, gaps.within);
    finish(nodes, items, &rows, &routes, gaps.between)
}

/// The layer of each node: one below the lowest that it takes from.
fn layers(nodes: &[NodeBox], edges: &[(usize, usize)]) -> Vec<usize> {
    let mut layer = vec![0; nodes.len()];
    // Longest path by relaxation; without cycles it settles within as many rounds as there are nodes.
    for _ in 0..nodes.len() {
        let mut moved = false;
        for &(from, to) in edges {
            if from != to && layer[to] < layer[from] + 1 && layer[from] + 1 < nodes.len() {
                layer[to] = layer[from] + 1;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    for (i, node) in nodes.iter().enumerate() {
        let first_user = edges.iter().filter(|e| e.0 == i).map(|e| layer[e.1]).min();
        if let Some(below) = first_user.filter(|_| node.hang) {
            layer[i] = below.saturating_sub(1);
        }
    }
    layer
}

/// The first order: known nodes as they were, new ones beside what they hang on.
fn order(items: &[Item]) -> Vec<Vec<usize>> {
    let depth = items.iter().map(|i| i.layer).max().unwrap_or(0) + 1;
    let mut rows = vec![Vec::new(); depth];
    for (i, item) in items.iter().enumerate() {
        rows[item.layer].push(i);
    }
    let mut guess: Vec<f64> = vec![0.0; items.len()];
    for row in &mut rows {
        for &i in row.iter() {
            let ups = &items[i].up;
            let mean = ups.iter().map(|&u| guess[u]).sum::<f64>() / ups.len().max(1) as f64;
            guess[i] = items[i].was.unwrap_or(mean);
        }
        row.sort_by(|&a, &b| guess[a].total_cmp(&guess[b]).then(a.cmp(&b)));
    }
    rows
}

/// Sweep down and up; keep the order with the fewest crossings, and the earlier one among equals, so that what was
/// seen last stays unless moving it makes the drawing simpler.
fn reduce_crossings(items: &mut [Item], rows: &mut Vec<Vec<usize>>) {
    let mut best = (crossings(items, rows), rows.clone());
    for sweep in 0..12 {
        if best.0 == 0 {
            break;
        }
        let downward = sweep % 2 == 0;
        let depth = rows.len();
        let at: Vec<usize> = if downward { (1..depth).collect() } else { (0..depth - 1).rev().collect() };
        for l in at {
            let position = positions(items.len(), rows);
            let centre = |i: usize| {
                let beside = if downward { &items[i].up } else { &items[i].down };
                if beside.is_empty() {
                    return position[i] as f64;
                }
                beside.iter().map(|&b| position[b] as f64).sum::<f64>() / beside.len() as f64
            };
            let mut row: Vec<(f64, usize)> = rows[l].iter().map(|&i| (centre(i), i)).collect();
            row.sort_by(|a, b| a.0.total_cmp(&b.0));
            rows[l] = row.into_iter().map(|(_, i)| i).collect();
        }
        let count = crossings(items, rows);
        if count < best.0 {
            best = (count, rows.clone());
        }
    }
    *rows = best.1;
}

fn positions(n: usize, rows: &[Vec<usize>]) -> Vec<usize> {
    let mut position = vec![0; n];
    for row in rows {
        for (p, &i) in row.iter().enumerate() {
            position[i] = p;
        }
    }
    position
}

/// How many pairs of edges cross.
fn crossings(items: &[Item], rows: &[Vec<usize>]) -> usize {
    let position = positions(items.len(), rows);
    let mut count = 0;
    for row in rows {
        let mut ends: Vec<(usize, usize)> = row
            .iter()
            .flat_map(|&i| items[i].down.iter().map(move |&d| (i, d)))
            .map(|(i, d)| (position[i], position[d]))
            .collect();
        ends.sort_unstable();
        for (n, a) in ends.iter().enumerate() {
            count += ends[n + 1..].iter().filter(|b| b.0 > a.0 && b.1 < a.1).count();
        }
    }
    count
}

/// x coordinates: every row in turn goes as near as its order allows to the mean of what it is joined to.
fn place(items: &mut [Item], rows: &[Vec<usize>], gap: f64) {
    for row in rows {
        let mut x = 0.0;
        for &i in row {
            items[i].x = x + items[i].w / 2.0;
            x += items[i].w + gap;
        }
    }
    for sweep in 0..16 {
        let upward = sweep % 2 == 1;
        let each: Vec<&Vec<usize>> = if upward { rows.iter().rev().collect() } else { rows.iter().collect() };
        for row in each {
            let wish: Vec<(f64, f64)> = row
                .iter()
                .map(|&i| {
                    let item = &items[i];
                    let beside = match (upward, item.up.is_empty(), item.down.is_empty()) {
                        (_, true, true) => return (item.x, 0.1),
                        (false, true, _) | (true, _, false) => &item.down,
                        _ => &item.up,
                    };
                    let mean = beside.iter().map(|&b| items[b].x).sum::<f64>() / beside.len() as f64;
                    // Long edges should be straight: their bends pull harder.
                    (mean, if item.bend { 4.0 } else { 1.0 })
                })
                .collect();
            let widths: Vec<f64> = row.iter().map(|&i| items[i].w).collect();
            for (&i, x) in row.iter().zip(spread(&wish, &widths, gap)) {
                items[i].x = x;
            }
        }
    }
}

/// The positions nearest to the wishes (in weighted least squares) that keep the order and the gaps: pool adjacent
/// violators on what is left when the room that each needs is taken off.
fn spread(wish: &[(f64, f64)], widths: &[f64], gap: f64) -> Vec<f64> {
    let mut offsets = Vec::with_capacity(wish.len());
    let mut offset = 0.0;
    for (n, w) in widths.iter().enumerate() {
        if n > 0 {
            offset += widths[n - 1] / 2.0 + gap + w / 2.0;
        }
        offsets.push(offset);
    }
    // (weighted mean, weight, how many)
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for (&(x, weight), offset) in wish.iter().zip(&offsets) {
        pools.push((x - offset, weight, 1));
        while let [.., a, b] = pools[..] {
            if a.0 <= b.0 {
                break;
            }
            pools.pop();
            let weight = a.1 + b.1;
            *pools.last_mut().expect("two pools, one popped") = ((a.0 * a.1 + b.0 * b.1) / weight, weight, a.2 + b.2);
        }
    }
    let bases = pools.iter().flat_map(|&(x, _, n)| std::iter::repeat_n(x, n));
    bases.zip(&offsets).map(|(x, o)| x + o).collect()
}

fn finish(nodes: &[NodeBox], items: Vec<Item>, rows: &[Vec<usize>], routes: &[Vec<usize>], between: f64) -> Layout {
    let mut centre = Vec::with_capacity(rows.len());
    let mut y = 0.0;
    for row in rows {
        let h = row.iter().map(|&i| items[i].h).fold(0.0, f64::max);
        centre.push(y + h / 2.0);
        y += h + between;
    }
    let left = items.iter().map(|i| i.x - i.w / 2.0).fold(f64::INFINITY, f64::min);
    let right = items.iter().map(|i| i.x + i.w / 2.0).fold(f64::NEG_INFINITY, f64::max);
    let point = |i: usize| [items[i].x - left, centre[items[i].layer]];
    let placed = nodes.iter().enumerate().map(|(i, n)| {
        let [x, y] = point(i);
        Placed { key: n.key.clone(), x, y, w: n.w, h: n.h }
    });
    let edges = routes.iter().map(|route| {
        let mut points: Vec<[f64; 2]> = route.iter().map(|&i| point(i)).collect();
        // From the lower rim of one box to the upper rim of the other.
        points[0][1] += items[route[0]].h / 2.0;
        let end = route.len() - 1;
        points[end][1] -= items[route[end]].h / 2.0;
        points
    });
    Layout { width: right - left, height: y - between, nodes: placed.collect(), edges: edges.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAPS: Gaps = Gaps { within: 10.0, between: 20.0 };

    fn boxes(keys: &[&str]) -> Vec<NodeBox> {
        keys.iter().map(|k| NodeBox { key: k.to_string(), w: 40.0, h: 20.0, hang: k.starts_with('#') }).collect()
    }

    /// What must hold of every layout.
    fn check(nodes: &[NodeBox], edges: &[(usize, usize)], l: &Layout) {
        assert_eq!((l.nodes.len(), l.edges.len()), (nodes.len(), edges.len()));
        for (n, &(from, to)) in edges.iter().enumerate() {
            let (a, b) = (&l.nodes[from], &l.nodes[to]);
            assert!(a.y + a.h / 2.0 < b.y - b.h / 2.0, "{} is not above {}", a.key, b.key);
            let (first, last) = (l.edges[n][0], l.edges[n][l.edges[n].len() - 1]);
            assert_eq!((first, last), ([a.x, a.y + a.h / 2.0], [b.x, b.y - b.h / 2.0]));
        }
        for (i, a) in l.nodes.iter().enumerate() {
            assert!(a.x - a.w / 2.0 >= -1e-9 && a.x + a.w / 2.0 <= l.width + 1e-9);
            assert!(a.y - a.h / 2.0 >= -1e-9 && a.y + a.h / 2.0 <= l.height + 1e-9);
            for b in &l.nodes[i + 1..] {
                let apart = (a.x - b.x).abs() >= (a.w + b.w) / 2.0 - 1e-9 || (a.y - b.y).abs() >= (a.h + b.h) / 2.0;
                assert!(apart, "{} covers {}", a.key, b.key);
            }
        }
    }

    #[test]
    fn layouts_are_layered_and_nothing_overlaps() {
        let rows: [(&[&str], &[(usize, usize)]); 5] = [
            (&["x", "sin", "out"], &[(0, 1), (1, 2)]),
            (&["x", "sin", "cos", "mul", "out"], &[(0, 1), (0, 2), (1, 3), (2, 3), (3, 4)]),
            (&["x", "a", "b", "c", "out"], &[(0, 1), (1, 2), (2, 3), (0, 3), (3, 4), (0, 4)]),
            (&["x", "y", "#2.0", "p", "q", "r"], &[(0, 3), (1, 4), (2, 5), (3, 5), (4, 5), (0, 4), (1, 3)]),
            (&["x"], &[]),
        ];
        for (keys, edges) in rows {
            let nodes = boxes(keys);
            check(&nodes, edges, &layout(&nodes, edges, GAPS, None));
        }
        assert_eq!(layout(&[], &[], GAPS, None), Layout::default());
    }

    #[test]
    fn a_constant_hangs_above_its_user() {
        let nodes = boxes(&["x", "sin", "cos", "#2.0", "mul"]);
        let l = layout(&nodes, &[(0, 1), (1, 2), (2, 4), (3, 4)], GAPS, None);
        assert_eq!(l.nodes[3].y, l.nodes[2].y);
    }

    #[test]
    fn crossings_that_need_not_be_are_gone() {
        // a -> d, b -> c: in input order these would cross.
        let nodes = boxes(&["a", "b", "c", "d"]);
        let l = layout(&nodes, &[(0, 3), (1, 2)], GAPS, None);
        assert_eq!(l.nodes[0].x < l.nodes[1].x, l.nodes[3].x < l.nodes[2].x);
    }

    #[test]
    fn an_edit_keeps_the_order_of_what_stays() {
        let nodes = boxes(&["x", "p", "q", "out"]);
        let edges = [(0, 1), (0, 2), (1, 3), (2, 3)];
        let mut last = layout(&nodes, &edges, GAPS, None);
        // A person has seen q to the left of p.
        let (p, q) = (last.nodes[1].x, last.nodes[2].x);
        (last.nodes[1].x, last.nodes[2].x) = (p.max(q), p.min(q));
        let wider = boxes(&["x", "p", "q", "new", "out"]);
        let l = layout(&wider, &[(0, 1), (0, 2), (1, 4), (2, 3), (3, 4)], GAPS, Some(&last));
        assert!(l.nodes[2].x < l.nodes[1].x, "{:?}", l.nodes);
    }

    #[test]
    fn a_cycle_does_not_hang() {
        let nodes = boxes(&["a", "b"]);
        let l = layout(&nodes, &[(0, 1), (1, 0)], GAPS, None);
        assert_eq!(l.nodes.len(), 2);
    }

    #[test]
    fn spreading_keeps_gaps_and_stays_near() {
        assert_eq!(spread(&[(0.0, 1.0), (0.0, 1.0)], &[10.0, 10.0], 10.0), [-10.0, 10.0]);
        assert_eq!(spread(&[(0.0, 1.0), (50.0, 1.0)], &[10.0, 10.0], 10.0), [0.0, 50.0]);
    }
}
