//! Integral functions of `jax.scipy.special`: exponential integrals and the dilogarithm (Cephes' approximations).
// Coefficients stand as they were published.
#![allow(clippy::excessive_precision)]

use crate::expr::{X, ex};
use crate::prelude::*;
use crate::special::with_rule;

const EULER: f64 = 0.577_215_664_901_532_9;

/// `E1(x)` for positive `x`: the power series up to 1, a continued fraction beyond.
fn e1_positive<'a>(x: &X<'a>, wide: bool) -> X<'a> {
    let one = x.constant(1.0);
    let small = x.min(&one);
    // E1(x) = -gamma - log(x) - sum of (-x)^k / (k k!).
    let terms = if wide { 22 } else { 13 };
    let mut coefficients = vec![0.0];
    let mut factorial = 1.0;
    for k in 1..=terms {
        factorial *= k as f64;
        coefficients.push(if k % 2 == 1 { -1.0 } else { 1.0 } / (k as f64 * factorial));
    }
    coefficients.reverse();
    let series = -small.poly(&coefficients) - EULER - small.log();
    // E1(x) = exp(-x) / (x+1 - 1/(x+3 - 4/(x+5 - ...))).
    let large = x.max(&one);
    let levels = if wide { 90 } else { 24 };
    let mut tail = &large + (2 * levels + 1) as f64;
    for k in (1..=levels).rev() {
        tail = &large + (2 * k - 1) as f64 - tail.rdiv((k * k) as f64);
    }
    let fraction = (-&large).exp() / tail;
    x.gt(&one).choose(fraction, series)
}

fn e0(cx: &Cx, x: &Value) -> Result<Value> {
    let x = ex(cx, x);
    x.lt(0.0).choose(f64::NAN, (-&x).exp() / &x).get()
}

/// `E1(x)`; infinite at 0, NaN below.
pub fn exp1(cx: &Cx, x: &Value) -> Result<Value> {
    with_rule(
        cx,
        "expn",
        std::slice::from_ref(x),
        |cx, v| {
            let x = ex(cx, &v[0]);
            let positive = x.gt(0.0);
            let e = e1_positive(&positive.choose(&x, 1.0), v[0].dtype() == DType::F64);
            positive.choose(e, x.eq(0.0).choose(x.full_like(f64::INFINITY), x.full_like(f64::NAN))).get()
        },
        |cx, _, v, t| (-ex(cx, &t[0]) * &e0(cx, &v[0])?).get(),
    )
}

/// Numerator and denominator of Cephes' approximation of `x exp(-x) Ei(x) - 1`, in `1/x`, above 2 (one pair per octave).
const EI: [(&[f64], &[f64]); 6] = [
    (
        &[
            1.981808503259689673238e-2,
            -1.271645625984917501326,
            -2.088160335681228318920,
            2.755544509187936721172,
            -4.409507048701600257171e-1,
            4.665623805935891391017e-2,
            -1.545042679673485262580e-3,
            7.059980605299617478514e-5,
        ],
        &[
            1.0,
            1.476498670914921440652,
            5.629177174822436244827e-1,
            1.699017897879307263248e-1,
            2.291647179034212017463e-2,
            4.450150439728752875043e-3,
            1.727439612206521482874e-4,
            3.953167195549672482304e-5,
        ],
    ),
    (
        &[
            -1.373215375871208729803,
            -7.084559133740838761406e-1,
            1.580806855547941010501,
            -2.601500427425622944234e-1,
            2.994674694113713763365e-2,
            -1.038086040188744005513e-3,
            4.371064420753005429514e-5,
            2.141783679522602903795e-6,
        ],
        &[
            1.0,
            8.585231423622028380768e-1,
            4.483285822873995129957e-1,
            7.687932158124475434091e-2,
            2.449868241021887685904e-2,
            8.832165941927796567926e-4,
            4.590952299511353531215e-4,
            -4.729848351866523044863e-6,
            2.665195537390710170105e-6,
        ],
    ),
    (
        &[
            -2.106934601691916512584,
            1.732733869664688041885,
            -2.423619178935841904839e-1,
            2.322724180937565842585e-2,
            2.372880440493179832059e-4,
            -8.343219561192552752335e-5,
            1.363408795605250394881e-5,
            -3.655412321999253963714e-7,
            1.464941733975961318456e-8,
            6.176407863710360207074e-10,
        ],
        &[
            1.0,
            -2.298062239901678075778e-1,
            1.105077041474037862347e-1,
            -1.566542966630792353556e-2,
            2.761106850817352773874e-3,
            -2.089148012284048449115e-4,
            1.708528938807675304186e-5,
            -4.459311796356686423199e-7,
            1.394634930353847498145e-8,
            6.150865933977338354138e-10,
        ],
    ),
    (
        &[
            -2.458119367674020323359e-1,
            -1.483382253322077687183e-1,
            7.248291795735551591813e-2,
            -1.348315687380940523823e-2,
            1.342775069788636972294e-3,
            -7.942465637159712264564e-5,
            2.644179518984235952241e-6,
            -4.239473659313765177195e-8,
        ],
        &[
            1.0,
            -1.044225908443871106315e-1,
            -2.676453128101402655055e-1,
            9.695000254621984627876e-2,
            -1.601745692712991078208e-2,
            1.496414899205908021882e-3,
            -8.462452563778485013756e-5,
            2.728938403476726394024e-6,
            -4.239462431819542051337e-8,
        ],
    ),
    (
        &[
            1.212561118105456670844e-1,
            -5.823133179043894485122e-1,
            2.348887314557016779211e-1,
            -3.040034318113248237280e-2,
            1.510082146865190661777e-3,
            -2.523137095499571377122e-5,
        ],
        &[
            1.0,
            -1.002252150365854016662,
            2.928709694872224144953e-1,
            -3.337004338674007801307e-2,
            1.560544881127388842819e-3,
            -2.523137093603234562648e-5,
        ],
    ),
    (
        &[
            -7.657847078286127362028e-1,
            6.886192415566705051750e-1,
            -2.132598113545206124553e-1,
            3.346107552384193813594e-2,
            -3.076541477344756050249e-3,
            1.747119316454907477380e-4,
            -6.103711682274170530369e-6,
            1.218032765428652199087e-7,
            -1.086076102793290233007e-9,
        ],
        &[
            1.0,
            -1.888802868662308731041,
            1.066691687211408896850,
            -2.751915982306380647738e-1,
            3.930852688233823569726e-2,
            -3.414684558602365085394e-3,
            1.866844370703555398195e-4,
            -6.345146083130515357861e-6,
            1.239754287483206878024e-7,
            -1.086076102793126632978e-9,
        ],
    ),
];

fn ei_positive<'a>(x: &X<'a>) -> X<'a> {
    let low = x.min(2.0);
    let a = [
        -5.350447357812542947283,
        2.185049168816613393830e2,
        -4.176572384826693777058e3,
        5.541176756393557601232e4,
        -3.313381331178144034309e5,
        1.592627163384945414220e6,
    ];
    let b = [
        1.0,
        -5.250547959112862969197e1,
        1.259616186786790571525e3,
        -1.756549581973534652631e4,
        1.493062117002725991967e5,
        -7.294949239640527645655e5,
        1.592627163384945429726e6,
    ];
    let mut out = &low * (low.poly(&a) / low.poly(&b)) + EULER + low.log();
    for (i, (num, den)) in EI.iter().enumerate() {
        let from = 2f64.powi(i as i32 + 1);
        let w = x.max(from).rdiv(1.0);
        let f = &w * (w.poly(num) / w.poly(den)) + 1.0;
        out = x.gt(from).choose(x.exp() * &w * f, out);
    }
    out
}

/// `Ei(x)`; its derivative is `exp(x) / x`.
pub fn expi(cx: &Cx, x: &Value) -> Result<Value> {
    with_rule(
        cx,
        "expi",
        std::slice::from_ref(x),
        |cx, v| {
            let x = ex(cx, &v[0]);
            let negative = x.lt(0.0);
            let below = -negative.choose(-&x, 1.0).map(exp1);
            let zero = x.eq(0.0);
            let above = ei_positive(&x.gt(0.0).choose(&x, 1.0));
            let nan = x.is_nan();
            nan.choose(&x, negative.choose(below, zero.choose(f64::NEG_INFINITY, above))).get()
        },
        |cx, _, v, t| {
            let x = ex(cx, &v[0]);
            (x.exp() / &x * ex(cx, &t[0])).get()
        },
    )
}

/// Spence's function: NaN below 0, `pi^2 / 6` at 0, 0 at 1.
pub fn spence(cx: &Cx, x: &Value) -> Result<Value> {
    const A: [f64; 8] = [
        4.65128586073990045278e-5,
        7.31589045238094711071e-3,
        1.33847639578309018650e-1,
        8.79691311754530315341e-1,
        2.71149851196553469920,
        4.25697156008121755724,
        3.29771340985225106936,
        1.0,
    ];
    const B: [f64; 8] = [
        6.90990488912553276999e-4,
        2.54043763932544379113e-2,
        2.82974960602568089943e-1,
        1.41172597751831069617,
        3.63800533345137075418,
        5.03278880143316990390,
        3.54771340985225096217,
        1.0,
    ];
    let full = ex(cx, x);
    let edge = full.lt(0.0).or(full.eq(1.0)).or(full.eq(0.0));
    let x = edge.choose(1.25, &full);
    let above2 = x.gt(2.0);
    let x = above2.choose(above2.choose(&x, 1.0).rdiv(1.0), &x);
    let (above15, below5) = (x.gt(1.5), x.lt(0.5));
    let w = above15.choose(x.rdiv(1.0) - 1.0, below5.choose(-&x, &x - 1.0));
    let y = -&w * w.poly(&A) / w.poly(&B);
    let sixth = std::f64::consts::PI * std::f64::consts::PI / 6.0;
    let reflected = below5.choose(1.0 - &x, 0.5);
    let y = below5.choose(sixth - x.log() * reflected.log() - &y, &y);
    let y = above2.or(&above15).choose(-0.5 * x.log().powi(2) - &y, &y);
    let special = full.lt(0.0).choose(f64::NAN, full.eq(1.0).choose(full.full_like(0.0), full.full_like(sixth)));
    edge.choose(special, y).get()
}
