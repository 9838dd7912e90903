// Numbers and places as people read them.

/** A number in at most `digits` significant digits, with a real minus sign. */
export function number(value: number | null | undefined, digits = 6): string {
  if (value == null) return "–";
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "−inf";
  if (value === 0) return Object.is(value, -0) ? "−0" : "0";
  const size = Math.abs(value);
  let text: string;
  if (size >= 1e6 || size < 1e-4) {
    const [m, e] = value.toExponential(Math.max(0, digits - 1)).split("e");
    text = `${trim(m!)}e${e!.replace("+", "")}`;
  } else text = trim(value.toPrecision(digits));
  return text.replace(/-/g, "−");
}

function trim(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** Names of the kinds of events, as a person would say them. */
export const KINDS: Record<string, string> = {
  kink: "kink",
  jump: "jump",
  pole: "pole",
  vertical_tangent: "vertical tangent",
  cusp: "cusp",
  domain_edge: "domain edge",
  removable: "removable",
  isolated_value: "isolated value",
  flat_region: "flat region",
  masked: "masked",
  overflow: "overflow",
  underflow: "underflow",
  nan_region: "NaN region",
  oscillation: "oscillation",
  weak_kink: "weak kink",
  ad_mismatch: "AD mismatch",
  undecided: "undecided",
};

/** Which family a kind belongs to; it decides the colour. */
export function family(kind: string): "bend" | "break" | "range" | "void" | "quiet" | "unknown" {
  switch (kind) {
    case "kink": case "cusp": case "vertical_tangent": case "weak_kink": return "bend";
    case "jump": case "pole": case "removable": case "isolated_value": case "domain_edge": return "break";
    case "overflow": case "underflow": return "range";
    case "nan_region": case "ad_mismatch": return "void";
    case "flat_region": case "masked": return "quiet";
    default: return "unknown";
  }
}

/** UTF-8 byte offsets to UTF-16 ones and back, for one text. */
export class Offsets {
  private readonly bytes: Uint32Array | null;
  constructor(private readonly text: string) {
    // Plain ASCII, the common case, needs no table.
    if (/^[\x00-\x7f]*$/.test(text)) {
      this.bytes = null;
      return;
    }
    const bytes = new Uint32Array(text.length + 1);
    let at = 0;
    for (let i = 0; i < text.length; i++) {
      bytes[i] = at;
      const code = text.codePointAt(i)!;
      if (code > 0xffff) {
        bytes[++i] = at;
        at += 4;
      } else at += code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
    }
    bytes[text.length] = at;
    this.bytes = bytes;
  }

  /** The UTF-16 offset of a byte. */
  char(byte: number): number {
    if (!this.bytes) return Math.min(byte, this.text.length);
    let lo = 0, hi = this.text.length;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      if (this.bytes[mid]! < byte) lo = mid + 1;
      else hi = mid;
    }
    return lo;
  }

  /** The byte of a UTF-16 offset. */
  byte(char: number): number {
    return this.bytes ? this.bytes[Math.min(char, this.text.length)]! : char;
  }
}
