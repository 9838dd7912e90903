//! Intervals of reals with outward rounding: what the lens certifies with.

/// All values between `lo` and `hi`; `nan` says NaN is possible too. `lo > hi`: no real value at all.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct Interval {
    /// Lower end (may be `-inf`).
    pub lo: f64,
    /// Upper end (may be `inf`).
    pub hi: f64,
    /// Whether NaN is possible.
    pub nan: bool,
}

impl Interval {
    /// Nothing is known.
    pub const TOP: Interval = Interval { lo: f64::NEG_INFINITY, hi: f64::INFINITY, nan: true };
    /// One number (NaN gives the empty interval with `nan`).
    pub fn point(x: f64) -> Interval {
        if x.is_nan() {
            Interval { lo: f64::INFINITY, hi: f64::NEG_INFINITY, nan: true }
        } else {
            Interval { lo: x, hi: x, nan: false }
        }
    }
    /// From `lo` to `hi`.
    pub fn new(lo: f64, hi: f64) -> Interval {
        Interval { lo, hi, nan: false }
    }
    /// Each end moved outward by `ulps` units in the last place.
    pub fn outward(self, ulps: u32) -> Interval {
        let (mut lo, mut hi) = (self.lo, self.hi);
        for _ in 0..ulps {
            lo = lo.next_down();
            hi = hi.next_up();
        }
        Interval { lo, hi, nan: self.nan }
    }
    /// The smallest interval that holds both.
    pub fn hull(self, o: Interval) -> Interval {
        Interval { lo: self.lo.min(o.lo), hi: self.hi.max(o.hi), nan: self.nan || o.nan }
    }
    /// Whether `x` is inside.
    pub fn contains(self, x: f64) -> bool {
        self.lo <= x && x <= self.hi
    }
    /// No infinities, no NaN, not empty.
    pub fn is_bounded(self) -> bool {
        !self.nan && self.lo.is_finite() && self.hi.is_finite() && self.lo <= self.hi
    }
}
