/** Positions and labels of an axis's ticks. */
export interface AxisTick {
  readonly value: number;
  readonly text: string;
}

/** Steps of 1, 2 or 5 times a power of ten, about `wanted` of them. */
export function linearTicks(low: number, high: number, wanted: number): AxisTick[] {
  if (!Number.isFinite(high - low)) return [];
  if (!(high > low)) return [{ value: low, text: tickText(low, 1) }];
  const rough = (high - low) / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((m) => m * power >= rough * 0.999) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => {
    const value = (first + i) * step;
    return { value, text: tickText(value, step) };
  });
}

/** Powers of ten; if there are fewer than two, 1-2-5 between them. Values are logarithms. */
export function logTicks(low: number, high: number, wanted: number): AxisTick[] {
  const every = Math.max(1, Math.ceil((high - low) / Math.max(1, wanted)));
  const ticks: AxisTick[] = [];
  const wide = high - low > 1.5;
  for (let power = Math.floor(low); power <= Math.ceil(high); power++) {
    for (const m of wide ? [1] : [1, 2, 5]) {
      const value = power + Math.log10(m);
      if (value >= low - 1e-9 && value <= high + 1e-9 && (!wide || power % every === 0))
        ticks.push({ value, text: plainNumber(m * 10 ** power) });
    }
  }
  return ticks;
}

/** Values are milliseconds; days, hours or seconds depending on the span. */
export function dateTicks(low: number, high: number, wanted: number): AxisTick[] {
  const second = 1000;
  const steps = [1, 5, 15, 60, 300, 900, 3600, 6 * 3600, 86400, 7 * 86400, 30 * 86400, 91 * 86400, 365 * 86400].map(
    (s) => s * second,
  );
  const step =
    steps.find((s) => (high - low) / s <= wanted) ??
    365 * 86400 * second * Math.ceil((high - low) / (365 * 86400 * second) / wanted);
  const first = Math.ceil(low / step);
  const text = (value: number): string => {
    // Data may contain numbers outside of the calendar's range.
    if (Math.abs(value) > 8.64e15) return plainNumber(value);
    const iso = new Date(value).toISOString();
    return step >= 86400 * second ? iso.slice(0, 10) : iso.slice(11, step >= 60 * second ? 16 : 19);
  };
  return Array.from({ length: Math.max(0, Math.floor(high / step) - first + 1) }, (_, i) => ({
    value: (first + i) * step,
    text: text((first + i) * step),
  }));
}

function tickText(value: number, step: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return plainNumber(value);
  if (size >= 1e4) return Math.round(value).toLocaleString("en-US");
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return value.toFixed(Math.min(8, decimals)).replace("-", "−");
}

function plainNumber(x: number): string {
  const size = Math.abs(x);
  if (size >= 1e-3 && size < 1e4) return String(Number(x.toPrecision(3))).replace("-", "−");
  const [mantissa, exponent] = x.toExponential(2).split("e") as [string, string];
  return `${String(Number(mantissa))}e${exponent.replace("+", "")}`.replace(/^-/, "−");
}
