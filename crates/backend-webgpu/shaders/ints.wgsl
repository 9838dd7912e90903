// Integer operations whose meaning differs from WGSL's own: division, remainder, shifts, narrowing; and indices.

fn i_div(a: u32, b: u32) -> u32 {
    if b == 0u {
        return 0xffffffffu;
    }
    if b == 0xffffffffu {
        return ~a + 1u;
    }
    return bitcast<u32>(bitcast<i32>(a) / bitcast<i32>(b));
}

fn i_rem(a: u32, b: u32) -> u32 {
    if b == 0u {
        return a;
    }
    if b == 0xffffffffu {
        return 0u;
    }
    return bitcast<u32>(bitcast<i32>(a) % bitcast<i32>(b));
}

fn u_div(a: u32, b: u32) -> u32 {
    if b == 0u {
        return 0xffffffffu;
    }
    return a / b;
}

fn u_rem(a: u32, b: u32) -> u32 {
    if b == 0u {
        return a;
    }
    return a % b;
}

fn u_shl(a: u32, b: u32) -> u32 {
    return select(0u, a << (b & 31u), b < 32u);
}

fn u_shr(a: u32, b: u32) -> u32 {
    return select(0u, a >> (b & 31u), b < 32u);
}

fn i_shr(a: u32, b: u32) -> u32 {
    return bitcast<u32>(bitcast<i32>(a) >> min(b, 31u));
}

// The lowest bits, sign-extended: `shift` is 32 less their number.
fn i_narrow(a: u32, shift: u32) -> u32 {
    return bitcast<u32>(bitcast<i32>(a << shift) >> shift);
}

// affine + dynamic, inside [0, last] without overflow on the way.
fn clamp_index(affine: i32, dynamic: u32, last: i32) -> u32 {
    return u32(clamp(bitcast<i32>(dynamic), -affine, last - affine) + affine);
}
