//! Scores what the lens says about a function against what is known of it (`tests/conformance/singularities.jsonl`).

use super::compare::number;
use serde_json::{Value, json};

/// How close a reported event must be, as a share of the window, where the row says nothing else.
const LOC_TOL: f64 = 1e-6;

/// A place that a row or an answer names.
#[derive(Clone, Debug)]
struct Event {
    x: f64,
    kind: String,
    optional: bool,
    tol: f64,
}

/// What one function scored.
#[derive(Clone, Debug, Default)]
pub struct Score {
    /// Required events in the row.
    pub required: usize,
    /// Required events found.
    pub found: usize,
    /// Events reported where something was asked, less those that matched an optional one.
    pub reported: usize,
    /// Found events with the right kind.
    pub kinds: usize,
    /// Distance from each found event to the place reported.
    pub distances: Vec<f64>,
    /// Certified ranges with a required event strictly inside.
    pub wrong_certificates: usize,
    /// The share of the window that was certified.
    pub certified: f64,
    /// What was wrong, for a person.
    pub faults: Vec<String>,
}

impl Score {
    /// Every required event found, with its kind, nothing false said and nothing false certified.
    pub fn right(&self) -> bool {
        self.faults.is_empty()
    }
}

/// Scores one answer against its row.
pub fn score(row: &Value, answer: &Value) -> Score {
    let (a, b) = (number(&row["interval"][0]).unwrap_or(0.0), number(&row["interval"][1]).unwrap_or(0.0));
    let ignore = ranges(&row["ignore"]);
    let ignored = |x: f64| ignore.iter().any(|&(lo, hi)| lo <= x && x <= hi);
    let events = |value: &Value| -> Vec<Event> {
        let items = value["events"].as_array().cloned().unwrap_or_default();
        items.iter().filter_map(|item| event(item, (b - a) * LOC_TOL)).filter(|e| !ignored(e.x)).collect()
    };
    let (wanted, reported) = (events(row), events(answer));

    let mut score = Score { required: wanted.iter().filter(|e| !e.optional).count(), ..Score::default() };
    if let Some(error) = answer["error"].as_object() {
        let said = error.get("msg").and_then(Value::as_str).unwrap_or("");
        score.faults.push(format!("raised {}: {said}", error.get("type").and_then(Value::as_str).unwrap_or("")));
    }
    let matched = pair(&wanted, &reported);
    for (want, found) in wanted.iter().zip(&matched) {
        match found {
            Some(i) if !want.optional => {
                score.found += 1;
                score.distances.push((reported[*i].x - want.x).abs());
                if reported[*i].kind == want.kind {
                    score.kinds += 1;
                } else {
                    score.faults.push(format!("{} at {} called {}", want.kind, want.x, reported[*i].kind));
                }
            }
            None if !want.optional => score.faults.push(format!("missed {} at {}", want.kind, want.x)),
            _ => {}
        }
    }
    let optional = wanted.iter().zip(&matched).filter(|(want, found)| want.optional && found.is_some()).count();
    score.reported = reported.len() - optional;
    for (_, false_one) in reported.iter().enumerate().filter(|(i, _)| !matched.contains(&Some(*i))) {
        score.faults.push(format!("false {} at {}", false_one.kind, false_one.x));
    }

    for (lo, hi) in ranges(&answer["certified"]) {
        score.certified += (hi.min(b) - lo.max(a)).max(0.0) / (b - a);
        if let Some(inside) = wanted.iter().find(|e| !e.optional && lo < e.x && e.x < hi) {
            score.wrong_certificates += 1;
            score.faults.push(format!("certified {lo} to {hi} with a {} at {}", inside.kind, inside.x));
        }
    }
    score
}

/// Pairs wanted events with reported ones, nearest first, like kinds before unlike ones.
fn pair(wanted: &[Event], reported: &[Event]) -> Vec<Option<usize>> {
    let mut near: Vec<(bool, f64, usize, usize)> = Vec::new();
    for (w, want) in wanted.iter().enumerate() {
        for (r, found) in reported.iter().enumerate() {
            let distance = (want.x - found.x).abs();
            if distance <= want.tol {
                near.push((want.kind != found.kind, distance, w, r));
            }
        }
    }
    near.sort_by(|p, q| p.0.cmp(&q.0).then(p.1.total_cmp(&q.1)));
    let mut matched = vec![None; wanted.len()];
    let mut taken = vec![false; reported.len()];
    for (_, _, w, r) in near {
        if matched[w].is_none() && !taken[r] {
            (matched[w], taken[r]) = (Some(r), true);
        }
    }
    matched
}

/// A point event; a flat region is none. One reported as a range stands for its middle.
fn event(item: &Value, default_tol: f64) -> Option<Event> {
    let kind = item["kind"].as_str()?.to_owned();
    if kind == "flat_region" {
        return None;
    }
    let x = number(&item["x"])?;
    let end = number(&item["x_end"]).unwrap_or(x);
    let tol = number(&item["loc_tol"]).unwrap_or(default_tol);
    Some(Event { x: x + (end - x) / 2.0, kind, optional: item["optional"] == true, tol })
}

fn ranges(value: &Value) -> Vec<(f64, f64)> {
    let items = value.as_array().map_or(&[] as &[Value], Vec::as_slice);
    items.iter().filter_map(|pair| Some((number(&pair[0])?, number(&pair[1])?))).collect()
}

/// The scores of a whole file, by the names of the corpus's README.
pub fn summary(scores: &[Score]) -> Value {
    let sum = |f: fn(&Score) -> usize| scores.iter().map(f).sum::<usize>();
    let share = |part: usize, whole: usize| if whole == 0 { 1.0 } else { part as f64 / whole as f64 };
    let mut distances: Vec<f64> = scores.iter().flat_map(|s| s.distances.iter().copied()).collect();
    distances.sort_by(f64::total_cmp);
    let median = match distances.len() {
        0 => Value::Null,
        n if n % 2 == 1 => json!(distances[n / 2]),
        n => json!((distances[n / 2 - 1] + distances[n / 2]) / 2.0),
    };
    json!({
        "recall": share(sum(|s| s.found), sum(|s| s.required)),
        "precision": share(sum(|s| s.found), sum(|s| s.reported)),
        "kind_accuracy": share(sum(|s| s.kinds), sum(|s| s.found)),
        "median_location_error": median,
        "functions_right": scores.iter().filter(|s| s.right()).count(),
        "wrong_certificates": sum(|s| s.wrong_certificates),
        "certified_fraction": scores.iter().map(|s| s.certified).sum::<f64>() / scores.len().max(1) as f64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Value {
        json!({
            "id": "hand-made", "interval": [-2.0, 2.0],
            "ignore": [[1.5, 1.9]],
            "events": [
                {"x": -1.0, "kind": "kink"},
                {"x": 0.5, "kind": "jump", "loc_tol": 0.01},
                {"x": 1.0, "kind": "weak_kink", "optional": true},
                {"x": 1.7, "kind": "accumulation"},
                {"x": -2.0, "x_end": -1.0, "kind": "flat_region"},
            ],
        })
    }

    #[test]
    fn a_perfect_answer() {
        let answer = json!({
            "events": [
                {"x": -1.0, "kind": "kink"}, {"x": 0.505, "kind": "jump"}, {"x": 1.0, "kind": "weak_kink"},
                {"x": 1.6, "kind": "jump"}, {"x": -2.0, "x_end": -1.0, "kind": "flat_region"},
            ],
            "certified": [[-2.0, -1.0], [-1.0, 0.4], [0.9, 1.1]],
        });
        let score = score(&row(), &answer);
        assert!(score.right(), "{:?}", score.faults);
        assert_eq!((score.required, score.found, score.reported, score.kinds), (2, 2, 2, 2));
        assert!((score.certified - 2.6 / 4.0).abs() < 1e-12);
        assert!((score.distances[1] - 0.005).abs() < 1e-12);
    }

    #[test]
    fn each_fault_is_named() {
        let rows = [
            (json!({"events": [{"x": -1.0, "kind": "kink"}]}), "missed jump at 0.5"),
            (json!({"events": [{"x": -1.0, "kind": "jump"}, {"x": 0.5, "kind": "jump"}]}), "kink at -1 called jump"),
            (
                json!({"events": [{"x": -1.0, "kind": "kink"}, {"x": 0.5, "kind": "jump"}, {"x": 0.0, "kind": "pole"}]}),
                "false pole at 0",
            ),
            (
                json!({"events": [{"x": -1.0, "kind": "kink"}, {"x": 0.5, "kind": "jump"}],
                       "certified": [[-1.5, -0.5]]}),
                "certified -1.5 to -0.5 with a kink at -1",
            ),
            (
                json!({"events": [{"x": -1.0001, "kind": "kink"}, {"x": 0.5, "kind": "jump"}]}),
                "missed kink at -1; false kink at -1.0001",
            ),
            (
                json!({"events": [{"x": -1.0, "kind": "kink"}, {"x": 0.5, "kind": "jump"}, {"x": 0.5, "kind": "kink"}]}),
                "false kink at 0.5",
            ),
            (
                json!({"events": [{"x": -1.0, "kind": "kink"}, {"x": 0.5, "kind": "jump"}],
                       "error": {"type": "ValueError", "msg": "no"}}),
                "raised ValueError: no",
            ),
        ];
        for (answer, fault) in rows {
            assert_eq!(score(&row(), &answer).faults.join("; "), fault, "{answer}");
        }
    }

    #[test]
    fn a_file_is_summed_up() {
        let one = Score { required: 2, found: 1, reported: 4, kinds: 1, distances: vec![0.5], ..Score::default() };
        let two = Score {
            required: 2,
            found: 2,
            reported: 2,
            kinds: 1,
            distances: vec![0.1, 0.3],
            wrong_certificates: 1,
            certified: 0.5,
            faults: vec!["x".into()],
        };
        assert_eq!(
            summary(&[one, two]),
            json!({
                "recall": 0.75, "precision": 0.5, "kind_accuracy": 2.0 / 3.0, "median_location_error": 0.3,
                "functions_right": 1, "wrong_certificates": 1, "certified_fraction": 0.25,
            })
        );
        assert_eq!(summary(&[Score::default()])["precision"], json!(1.0));
    }
}
