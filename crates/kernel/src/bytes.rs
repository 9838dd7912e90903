//! Host bytes of a buffer, shared and aligned for every element type.

use std::fmt;
use std::sync::Arc;

/// Immutable bytes on the host, aligned to 8, cheap to clone. Equality and hash are by content.
#[derive(Clone)]
pub struct Bytes {
    words: Arc<Vec<u64>>,
    len: usize,
}

impl Bytes {
    /// Zeros.
    pub fn zeroed(len: usize) -> Bytes {
        Bytes { words: Arc::new(vec![0; len.div_ceil(8)]), len }
    }

    /// No bytes.
    pub fn empty() -> Bytes {
        Bytes { words: Arc::new(Vec::new()), len: 0 }
    }

    /// Zeros, or `None` where memory cannot be had.
    pub fn try_zeroed(len: usize) -> Option<Bytes> {
        let n = len.div_ceil(8);
        let mut words = Vec::new();
        words.try_reserve_exact(n).ok()?;
        words.resize(n, 0);
        Some(Bytes { words: Arc::new(words), len })
    }

    /// A copy of `bytes`.
    pub fn copy_from(bytes: &[u8]) -> Bytes {
        let mut out = Bytes::zeroed(bytes.len());
        out.make_mut().copy_from_slice(bytes);
        out
    }

    /// A copy of the elements of `data`, little-endian.
    pub fn of<T: Element>(data: &[T]) -> Bytes {
        let mut out = Bytes::zeroed(std::mem::size_of_val(data));
        out.as_mut_slice_of::<T>().copy_from_slice(data);
        out
    }

    /// Takes whole words; `len` bytes of them count.
    pub fn from_words(words: Vec<u64>, len: usize) -> Bytes {
        assert!(len <= words.len() * 8, "Bytes::from_words: {len} bytes do not fit");
        Bytes { words: Arc::new(words), len }
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        // SAFETY: the words are initialised, `len` is at most their size in bytes, and u8 needs no alignment.
        unsafe { std::slice::from_raw_parts(self.words.as_ptr().cast::<u8>(), self.len) }
    }

    /// The bytes, to be written; copies first when they are shared.
    pub fn make_mut(&mut self) -> &mut [u8] {
        let len = self.len;
        let words = Arc::make_mut(&mut self.words);
        // SAFETY: as in `as_slice`, and `make_mut` made them ours alone.
        unsafe { std::slice::from_raw_parts_mut(words.as_mut_ptr().cast::<u8>(), len) }
    }

    /// The bytes as elements; a last part smaller than an element is left out.
    pub fn as_slice_of<T: Element>(&self) -> &[T] {
        // SAFETY: words are aligned to 8, which is enough for every `Element`, and any bits are a valid `Element`.
        unsafe { std::slice::from_raw_parts(self.words.as_ptr().cast::<T>(), self.len / size_of::<T>()) }
    }

    /// The bytes as elements to be written; copies first when they are shared.
    pub fn as_mut_slice_of<T: Element>(&mut self) -> &mut [T] {
        let n = self.len / size_of::<T>();
        let words = Arc::make_mut(&mut self.words);
        // SAFETY: as in `as_slice_of`, and `make_mut` made them ours alone.
        unsafe { std::slice::from_raw_parts_mut(words.as_mut_ptr().cast::<T>(), n) }
    }

    /// The address of the first byte, aligned to 8.
    pub fn as_ptr(&self) -> *const u8 {
        self.words.as_ptr().cast()
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Bytes) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl Eq for Bytes {}

impl std::hash::Hash for Bytes {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.as_slice().hash(state);
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bytes({} B)", self.len)
    }
}

mod sealed {
    pub trait Sealed {}
}

/// The Rust types whose every bit pattern is an element: the integers and floats of up to 8 bytes.
pub trait Element: Copy + sealed::Sealed + 'static {}

macro_rules! elements {
    ($($t:ty),*) => { $(impl sealed::Sealed for $t {} impl Element for $t {})* };
}
elements!(u8, i8, u16, i16, u32, i32, u64, i64, f32, f64);
