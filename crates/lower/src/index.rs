//! Index arithmetic: the position along one axis as a linear form of loop variables and computed values.

use gradlens_kernel::{BlockBuilder, IndexExpr, Value};
use smallvec::SmallVec;

/// `offset + sum(strides[d] * loop_d) + sum(scale * value)`.
///
/// Views of arrays (slices, transposes, broadcasts, ...) map these forms to others, so that a view costs an index and no
/// copy. `strides` is as long as the nest has dimensions, or shorter with zeros left out at the end.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) struct Lin {
    pub offset: i64,
    pub strides: SmallVec<[i64; 4]>,
    pub dynamic: SmallVec<[(Value, i64); 1]>,
}

impl Lin {
    /// A constant.
    pub fn at(offset: i64) -> Lin {
        Lin { offset, ..Lin::default() }
    }

    /// The loop variable of dimension `d`.
    pub fn var(d: usize) -> Lin {
        let mut strides = SmallVec::from_elem(0, d + 1);
        strides[d] = 1;
        Lin { offset: 0, strides, dynamic: SmallVec::new() }
    }

    /// A computed `I32` value.
    pub fn value(v: Value) -> Lin {
        Lin { offset: 0, strides: SmallVec::new(), dynamic: SmallVec::from_slice(&[(v, 1)]) }
    }

    fn trimmed(mut self) -> Lin {
        while self.strides.last() == Some(&0) {
            self.strides.pop();
        }
        self.dynamic.retain(|t| t.1 != 0);
        self
    }

    /// `self * k`.
    pub fn scaled(&self, k: i64) -> Lin {
        Lin {
            offset: self.offset * k,
            strides: self.strides.iter().map(|s| s * k).collect(),
            dynamic: self.dynamic.iter().map(|&(v, s)| (v, s * k)).collect(),
        }
        .trimmed()
    }

    /// `self + other`.
    pub fn plus(&self, other: &Lin) -> Lin {
        let mut out = self.clone();
        out.offset += other.offset;
        if out.strides.len() < other.strides.len() {
            out.strides.resize(other.strides.len(), 0);
        }
        for (a, b) in out.strides.iter_mut().zip(&other.strides) {
            *a += b;
        }
        for &(v, s) in &other.dynamic {
            match out.dynamic.iter_mut().find(|t| t.0 == v) {
                Some(t) => t.1 += s,
                None => out.dynamic.push((v, s)),
            }
        }
        out.trimmed()
    }

    /// `self + k`.
    pub fn shifted(&self, k: i64) -> Lin {
        let mut out = self.clone();
        out.offset += k;
        out
    }

    /// The least and greatest value over loops of these lengths; `None` with computed parts or an empty loop.
    pub fn range(&self, shape: &[usize]) -> Option<(i64, i64)> {
        if !self.dynamic.is_empty() {
            return None;
        }
        let (mut lo, mut hi) = (self.offset, self.offset);
        for (&s, &n) in self.strides.iter().zip(shape) {
            let d = s * (n as i64 - 1);
            lo += d.min(0);
            hi += d.max(0);
        }
        Some((lo, hi))
    }

    /// The kernel's form of it in a nest of `rank` dimensions; emits code for the computed part.
    pub fn expr(&self, b: &mut BlockBuilder, rank: usize) -> IndexExpr {
        let dynamic = sum_dynamic(b, &self.dynamic);
        IndexExpr { offset: self.offset, strides: self.strides_of(rank), dynamic }
    }

    /// The kernel's form, when nothing is computed.
    pub fn affine(&self, rank: usize) -> Option<IndexExpr> {
        self.dynamic.is_empty().then(|| IndexExpr::affine(self.offset, self.strides_of(rank)))
    }

    fn strides_of(&self, rank: usize) -> Vec<i64> {
        let mut out = vec![0; rank];
        out[..self.strides.len()].copy_from_slice(&self.strides);
        out
    }

    /// Its value as an `I32`.
    pub fn emit(&self, b: &mut BlockBuilder) -> Value {
        let mut terms = self.dynamic.clone();
        for (d, &s) in self.strides.iter().enumerate() {
            if s != 0 {
                terms.push((b.index(d), s));
            }
        }
        let offset = b.i32(self.offset as i32);
        match sum_dynamic(b, &terms) {
            Some(v) => b.add(v, offset),
            None => offset,
        }
    }
}

fn sum_dynamic(b: &mut BlockBuilder, terms: &[(Value, i64)]) -> Option<Value> {
    let mut sum = None;
    for &(v, s) in terms {
        let factor = b.i32(s as i32);
        let t = b.mul(v, factor);
        sum = Some(match sum {
            Some(acc) => b.add(acc, t),
            None => t,
        });
    }
    sum
}

/// Row-major strides of a dense array.
pub(crate) fn dense_strides(shape: &[usize]) -> Vec<i64> {
    let mut strides = vec![0; shape.len()];
    let mut step = 1i64;
    for (s, &n) in strides.iter_mut().zip(shape).rev() {
        *s = step;
        step *= n as i64;
    }
    strides
}

/// The position in a dense array of this shape of the element at `ix`.
pub(crate) fn flatten(ix: &[Lin], shape: &[usize]) -> Lin {
    ix.iter().zip(dense_strides(shape)).fold(Lin::default(), |acc, (i, s)| acc.plus(&i.scaled(s)))
}

/// One loop variable for each axis, starting with dimension `first`; axes of one element need none.
pub(crate) fn identity(shape: &[usize], first: usize) -> Vec<Lin> {
    shape.iter().enumerate().map(|(a, &n)| if n == 1 { Lin::at(0) } else { Lin::var(first + a) }).collect()
}

/// The index of an operand that is broadcast to the result's shape by size-1 axes, or as a scalar.
pub(crate) fn broadcast_operand(ix: &[Lin], operand: &[usize]) -> Vec<Lin> {
    if operand.is_empty() {
        return Vec::new();
    }
    ix.iter().zip(operand).map(|(i, &n)| if n == 1 { Lin::at(0) } else { i.clone() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_combine_linearly() {
        let i = Lin::var(0);
        let j = Lin::var(1);
        assert_eq!(flatten(&[i.clone(), j.clone()], &[4, 3]), i.scaled(3).plus(&j));
        assert_eq!(i.plus(&i.scaled(-1)), Lin::at(0));
        assert_eq!(j.scaled(-2).shifted(6).range(&[9, 4]), Some((0, 6)));
        assert_eq!(identity(&[2, 1, 5], 1), vec![Lin::var(1), Lin::at(0), Lin::var(3)]);
        assert_eq!(broadcast_operand(&[i, j.clone()], &[1, 8]), vec![Lin::at(0), j]);
    }
}
