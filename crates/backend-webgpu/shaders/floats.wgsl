// Float operations on the bits of binary32: a device is never trusted to make or to compare NaN, infinity, -0 or subnormals.
// Names begin with `f_`; every operand and result is a u32. Hardware arithmetic runs where operands and result are normal.

fn f_nan(a: u32) -> bool {
    return (a & 0x7fffffffu) > 0x7f800000u;
}

fn f_flush(a: u32) -> u32 {
    return select(a, a & 0x80000000u, (a & 0x7fffffffu) < 0x00800000u);
}

// An order of u32 that is the order of floats (NaN apart), -0 below +0.
fn f_key(a: u32) -> u32 {
    return select(a | 0x80000000u, ~a, (a >> 31u) != 0u);
}

// As f_key with the two zeros made one.
fn f_key0(a: u32) -> u32 {
    return f_key(select(a, 0u, (a & 0x7fffffffu) == 0u));
}

fn f_eq(a: u32, b: u32) -> bool {
    return f_key0(a) == f_key0(b) && !f_nan(a) && !f_nan(b);
}

fn f_lt(a: u32, b: u32) -> bool {
    return f_key0(a) < f_key0(b) && !f_nan(a) && !f_nan(b);
}

fn f_le(a: u32, b: u32) -> bool {
    return f_key0(a) <= f_key0(b) && !f_nan(a) && !f_nan(b);
}

fn f_min(a: u32, b: u32) -> u32 {
    let m = select(b, a, f_key(a) < f_key(b));
    return select(m, 0x7fc00000u, f_nan(a) || f_nan(b));
}

fn f_max(a: u32, b: u32) -> u32 {
    let m = select(b, a, f_key(a) > f_key(b));
    return select(m, 0x7fc00000u, f_nan(a) || f_nan(b));
}

// The order of sorting: NaN above all, the zeros and subnormals equal.
fn f_sort_key(a: u32) -> u32 {
    return select(f_key0(f_flush(a)), 0xffffffffu, f_nan(a));
}

// sign | round(m / 2^31 * 2^(e - 127)): bit 31 of m is set, bit 0 also stands for all below it.
fn f_pack(sign: u32, e: i32, m0: u32) -> u32 {
    if e >= 255 {
        return sign | 0x7f800000u;
    }
    var m = m0;
    if e <= 0 {
        let s = u32(1 - e);
        if s > 31u {
            m = 1u;
        } else {
            m = (m >> s) | select(0u, 1u, (m << (32u - s)) != 0u);
        }
    }
    var keep = m >> 8u;
    let rest = m & 255u;
    if rest > 128u || (rest == 128u && (keep & 1u) == 1u) {
        keep = keep + 1u;
    }
    if e <= 0 {
        return sign | keep;
    }
    return sign | ((u32(e - 1) << 23u) + keep);
}

// The magnitude's mantissa with bit 23 set (0 for zero), and the exponent that belongs to it.
fn f_mantissa(a: u32) -> u32 {
    let m = a & 0x007fffffu;
    if (a & 0x7f800000u) != 0u {
        return m | 0x00800000u;
    }
    if m == 0u {
        return 0u;
    }
    return m << (countLeadingZeros(m) - 8u);
}

fn f_exponent(a: u32) -> i32 {
    let e = i32((a >> 23u) & 255u);
    if e != 0 {
        return e;
    }
    return 9 - i32(countLeadingZeros(a & 0x007fffffu));
}

// A value below 2^-62, times 2^64: always normal or zero.
fn f_scale_up(a: u32) -> f32 {
    let m = a & 0x7fffffffu;
    if m < 0x00800000u {
        let x = f32(m) * bitcast<f32>(0x15000000u);
        return select(x, -x, (a >> 31u) != 0u);
    }
    return bitcast<f32>(a + 0x20000000u);
}

fn f_add(a: u32, b: u32) -> u32 {
    let ea = (a >> 23u) & 255u;
    let eb = (b >> 23u) & 255u;
    let hi = max(ea, eb);
    if hi >= 64u && hi <= 252u {
        let r = bitcast<u32>(bitcast<f32>(a) + bitcast<f32>(b));
        return select(r, 0u, (r & 0x7fffffffu) == 0u);
    }
    if hi == 255u {
        if f_nan(a) || f_nan(b) || (ea == eb && a != b) {
            return 0x7fc00000u;
        }
        return select(b, a, ea == 255u);
    }
    if hi > 252u {
        // Sixteen times smaller; what would leave the normal range is too small to count.
        let x = select(a - 0x02000000u, 0u, ea < 8u);
        let y = select(b - 0x02000000u, 0u, eb < 8u);
        let r = bitcast<u32>(bitcast<f32>(x) + bitcast<f32>(y));
        if (r & 0x7fffffffu) == 0u {
            return 0u;
        }
        if ((r >> 23u) & 255u) >= 251u {
            return (r & 0x80000000u) | 0x7f800000u;
        }
        return r + 0x02000000u;
    }
    if ((a | b) & 0x7fffffffu) == 0u {
        return a & b;
    }
    let r = bitcast<u32>(f_scale_up(a) + f_scale_up(b));
    let m = r & 0x7fffffffu;
    if m == 0u {
        return 0u;
    }
    if m >= 0x20800000u {
        return r - 0x20000000u;
    }
    // A subnormal sum is exact: so many times 2^-149.
    return (r & 0x80000000u) | u32(bitcast<f32>(m) * bitcast<f32>(0x6a000000u));
}

fn f_sub(a: u32, b: u32) -> u32 {
    return f_add(a, select(b ^ 0x80000000u, b, f_nan(b)));
}

// The 64-bit product's high half.
fn u_mulhi(a: u32, b: u32) -> u32 {
    let al = a & 0xffffu;
    let ah = a >> 16u;
    let bl = b & 0xffffu;
    let bh = b >> 16u;
    let low = al * bl;
    let m1 = ah * bl + (low >> 16u);
    let m2 = al * bh + (m1 & 0xffffu);
    return ah * bh + (m1 >> 16u) + (m2 >> 16u);
}

fn f_mul(a: u32, b: u32) -> u32 {
    let ea = (a >> 23u) & 255u;
    let eb = (b >> 23u) & 255u;
    let e = ea + eb;
    if min(ea, eb) > 0u && max(ea, eb) < 255u && e > 130u && e < 378u {
        return bitcast<u32>(bitcast<f32>(a) * bitcast<f32>(b));
    }
    let sign = (a ^ b) & 0x80000000u;
    let za = (a & 0x7fffffffu) == 0u;
    let zb = (b & 0x7fffffffu) == 0u;
    if max(ea, eb) == 255u {
        if f_nan(a) || f_nan(b) || za || zb {
            return 0x7fc00000u;
        }
        return sign | 0x7f800000u;
    }
    if za || zb {
        return sign;
    }
    let x = f_mantissa(a) << 8u;
    let y = f_mantissa(b) << 8u;
    let high = u_mulhi(x, y);
    let low = select(0u, 1u, (x * y) != 0u);
    let s = countLeadingZeros(high);
    let m = (high << s) | low;
    return f_pack(sign, f_exponent(a) + f_exponent(b) - 126 - i32(s), m);
}

// Correctly rounded: the device's quotient is only a first guess, its remainder is exact.
fn f_div(a: u32, b: u32) -> u32 {
    let sign = (a ^ b) & 0x80000000u;
    let za = (a & 0x7fffffffu) == 0u;
    let zb = (b & 0x7fffffffu) == 0u;
    let ia = (a & 0x7fffffffu) == 0x7f800000u;
    let ib = (b & 0x7fffffffu) == 0x7f800000u;
    if f_nan(a) || f_nan(b) || (za && zb) || (ia && ib) {
        return 0x7fc00000u;
    }
    if ia || zb {
        return sign | 0x7f800000u;
    }
    if za || ib {
        return sign;
    }
    let x = f_mantissa(a);
    let y = f_mantissa(b);
    var q = u32(f32(x) / f32(y) * 33554432.0);
    var r = bitcast<i32>((x << 25u) - q * y);
    for (var i = 0; i < 256 && r < 0; i++) {
        q = q - 1u;
        r = r + i32(y);
    }
    for (var i = 0; i < 256 && r >= i32(y); i++) {
        q = q + 1u;
        r = r - i32(y);
    }
    let s = countLeadingZeros(q);
    let m = (q << s) | select(0u, 1u, r != 0);
    return f_pack(sign, f_exponent(a) - f_exponent(b) + 133 - i32(s), m);
}

// Correctly rounded, likewise.
fn f_sqrt(a: u32) -> u32 {
    if (a & 0x7fffffffu) == 0u || f_nan(a) {
        return a;
    }
    if (a >> 31u) != 0u {
        return 0x7fc00000u;
    }
    if a == 0x7f800000u {
        return a;
    }
    var m = f_mantissa(a);
    var e = f_exponent(a) - 127;
    if (e & 1) != 0 {
        m = m << 1u;
        e = e - 1;
    }
    var q = u32(sqrt(f32(m) * bitcast<f32>(0x34000000u)) * 33554432.0);
    var r = bitcast<i32>((m << 27u) - q * q);
    for (var i = 0; i < 16 && r < 0; i++) {
        q = q - 1u;
        r = r + i32(2u * q + 1u);
    }
    for (var i = 0; i < 16 && r > i32(2u * q); i++) {
        r = r - i32(2u * q + 1u);
        q = q + 1u;
    }
    let s = countLeadingZeros(q);
    return f_pack(0u, e / 2 + 133 - i32(s), (q << s) | select(0u, 1u, r != 0));
}

// C's fmod, exact.
fn f_rem(a: u32, b: u32) -> u32 {
    let sign = a & 0x80000000u;
    let ma = a & 0x7fffffffu;
    let mb = b & 0x7fffffffu;
    if ma >= 0x7f800000u || mb > 0x7f800000u || mb == 0u {
        return 0x7fc00000u;
    }
    if ma < mb {
        return a;
    }
    var m = f_mantissa(ma);
    let y = f_mantissa(mb);
    let eb = f_exponent(mb);
    var e = f_exponent(ma);
    for (; e > eb; e--) {
        m = select(m, m - y, m >= y) << 1u;
    }
    m = select(m, m - y, m >= y);
    if m == 0u {
        return sign;
    }
    let s = countLeadingZeros(m);
    return f_pack(sign, eb + 8 - i32(s), m << s);
}

fn f_trunc(a: u32) -> u32 {
    let e = (a >> 23u) & 255u;
    if e >= 150u {
        return a;
    }
    if e < 127u {
        return a & 0x80000000u;
    }
    return a & ~((1u << (150u - e)) - 1u);
}

// The next whole number away from zero, unless whole already.
fn f_away(a: u32) -> u32 {
    let e = (a >> 23u) & 255u;
    if e >= 150u || (a & 0x7fffffffu) == 0u {
        return a;
    }
    if e < 127u {
        return (a & 0x80000000u) | 0x3f800000u;
    }
    let low = (1u << (150u - e)) - 1u;
    return (a + low) & ~low;
}

fn f_floor(a: u32) -> u32 {
    if (a >> 31u) != 0u {
        return f_away(a);
    }
    return f_trunc(a);
}

fn f_ceil(a: u32) -> u32 {
    if (a >> 31u) != 0u {
        return f_trunc(a);
    }
    return f_away(a);
}

fn f_round_even(a: u32) -> u32 {
    let e = (a >> 23u) & 255u;
    if e >= 150u {
        return a;
    }
    if e < 127u {
        return (a & 0x80000000u) | select(0u, 0x3f800000u, (a & 0x7fffffffu) > 0x3f000000u);
    }
    let bit = 1u << (150u - e);
    // In [1, 2) the last whole bit is the hidden one, which is odd.
    let odd = select((a / bit) & 1u, 1u, e == 127u);
    return (a + (bit >> 1u) - 1u + odd) & ~(bit - 1u);
}

fn f_round_away(a: u32) -> u32 {
    let e = (a >> 23u) & 255u;
    if e >= 150u {
        return a;
    }
    if e < 127u {
        return (a & 0x80000000u) | select(0u, 0x3f800000u, e == 126u);
    }
    let bit = 1u << (150u - e);
    return (a + (bit >> 1u)) & ~(bit - 1u);
}

fn f_from_u32(x: u32) -> u32 {
    if x == 0u {
        return 0u;
    }
    let s = countLeadingZeros(x);
    return f_pack(0u, 158 - i32(s), x << s);
}

fn f_from_i32(x: u32) -> u32 {
    if (x >> 31u) != 0u {
        return f_from_u32(~x + 1u) | 0x80000000u;
    }
    return f_from_u32(x);
}

// The magnitude below 2^32, towards zero.
fn f_whole(a: u32) -> u32 {
    let e = (a >> 23u) & 255u;
    let m = (a & 0x007fffffu) | 0x00800000u;
    if e < 127u {
        return 0u;
    }
    if e < 150u {
        return m >> (150u - e);
    }
    return m << (e - 150u);
}

fn f_to_i32(a: u32) -> u32 {
    if f_nan(a) {
        return 0u;
    }
    let negative = (a >> 31u) != 0u;
    if ((a >> 23u) & 255u) >= 158u {
        return select(0x7fffffffu, 0x80000000u, negative);
    }
    let m = f_whole(a);
    return select(m, ~m + 1u, negative);
}

fn f_to_u32(a: u32) -> u32 {
    if f_nan(a) || (a >> 31u) != 0u {
        return 0u;
    }
    if ((a >> 23u) & 255u) >= 159u {
        return 0xffffffffu;
    }
    return f_whole(a);
}

// Rounded to what binary16 holds.
fn f_narrow_f16(a: u32) -> u32 {
    let sign = a & 0x80000000u;
    let m = a & 0x7fffffffu;
    if m > 0x7f800000u {
        return sign | 0x7fc00000u;
    }
    if m >= 0x477ff000u {
        return sign | 0x7f800000u;
    }
    if m >= 0x38800000u {
        return sign | ((m + 0xfffu + ((m >> 13u) & 1u)) & 0xffffe000u);
    }
    // Subnormals of binary16: whole multiples of 2^-24.
    let e = m >> 23u;
    if e < 102u {
        return sign;
    }
    let s = 126u - e;
    let x = (m & 0x007fffffu) | 0x00800000u;
    let low = x & ((1u << s) - 1u);
    let half = 1u << (s - 1u);
    var n = x >> s;
    if low > half || (low == half && (n & 1u) == 1u) {
        n = n + 1u;
    }
    if n == 0u {
        return sign;
    }
    let z = countLeadingZeros(n);
    return f_pack(sign, 134 - i32(z), n << z);
}

fn f_narrow_bf16(a: u32) -> u32 {
    if f_nan(a) {
        return (a & 0x80000000u) | 0x7fc00000u;
    }
    return (a + 0x7fffu + ((a >> 16u) & 1u)) & 0xffff0000u;
}
