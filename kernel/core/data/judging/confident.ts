/**
 * Labels that are probably wrong, by confident learning (Northcutt, Jiang, Chuang 2021, "Confident Learning: Estimating
 * Uncertainty in Dataset Labels"): from chances that nothing told of a row's own label, how many rows of each label belong to
 * each other one is estimated, and as many of those that speak most for the other are named.
 */
export interface LabelIssue {
  /** From 0. */
  readonly row: number;
  readonly given: number;
  readonly likely: number;
  /** Chance of the label that the row has. */
  readonly chance: number;
}

/** The surest rows, by which wrong labels are counted: so many of all, and more as long as their mean chance is so great. */
const SURE = 0.3;
const NO_DOUBT = 0.95;

/**
 * Issues, as many as labels are wrong by how often the probe contradicts where it is surest: of hard texts it is often wrong
 * itself, and confident learning alone names those too. The less sure it is even there, the less of its contradiction is
 * believed.
 */
export function surestIssues(chances: Float32Array, labels: Int32Array, count: number): readonly LabelIssue[] {
  const rows = Array.from(labels, (given, row) => {
    let likely = 0;
    for (let label = 1; label < count; label++)
      if (chances[row * count + label]! > chances[row * count + likely]!) likely = label;
    return { chance: chances[row * count + likely]!, wrong: likely !== given };
  }).sort((a, b) => b.chance - a.chance);
  let [sum, surest] = [0, Math.ceil(SURE * rows.length)];
  rows.forEach(({ chance }, i) => {
    sum += chance;
    if (sum >= NO_DOUBT * (i + 1)) surest = Math.max(surest, i + 1);
  });
  const sure = rows.slice(0, surest);
  const share = (of: (row: (typeof rows)[number]) => number): number =>
    sure.reduce((all, row) => all + of(row), 0) / Math.max(1, sure.length);
  const believed = share(({ chance }) => chance) ** 2;
  const most = believed * share(({ wrong }) => Number(wrong)) * labels.length;
  return labelIssues(chances, labels, count).slice(0, Math.round(most));
}

/** The worst first. `chances`: [rows × count], each row's out of sample; `labels`: numbers below `count`. */
export function labelIssues(chances: Float32Array, labels: Int32Array, count: number): readonly LabelIssue[] {
  const joint = confidentJoint(chances, labels, count);
  const rows = Array.from({ length: count }, (): number[] => []);
  labels.forEach((label, row) => rows[label]!.push(row));
  const found = new Map<number, LabelIssue>();
  const chance = (row: number, label: number): number => chances[row * count + label]!;
  for (let given = 0; given < count; given++)
    for (let likely = 0; likely < count; likely++) {
      const most = Math.round(joint[given * count + likely]!);
      if (given === likely || most === 0) continue;
      const margin = (row: number): number => chance(row, likely) - chance(row, given);
      const odd = rows[given]!.filter((row) => margin(row) > 0).sort((a, b) => margin(b) - margin(a));
      for (const row of odd.slice(0, most)) {
        const before = found.get(row);
        if (!before || chance(row, likely) > chance(row, before.likely))
          found.set(row, { row, given, likely, chance: chance(row, given) });
      }
    }
  return [...found.values()].sort((a, b) => a.chance - b.chance || a.row - b.row);
}

/** How many rows with a label (first) truly have another one (second), so that each label's rows add up to what there are. */
export function confidentJoint(chances: Float32Array, labels: Int32Array, count: number): Float64Array {
  const [sums, rows] = [new Float64Array(count), new Float64Array(count)];
  labels.forEach((label, row) => {
    sums[label]! += chances[row * count + label]!;
    rows[label]!++;
  });
  const thresholds = sums.map((sum, label) => (rows[label]! > 0 ? sum / rows[label]! : Infinity));
  const joint = new Float64Array(count * count);
  labels.forEach((given, row) => {
    let [likely, most] = [-1, -Infinity];
    for (let label = 0; label < count; label++) {
      const chance = chances[row * count + label]!;
      if (chance >= thresholds[label]! - 1e-6 && chance > most) [likely, most] = [label, chance];
    }
    if (likely >= 0) joint[given * count + likely]!++;
  });
  for (let given = 0; given < count; given++) {
    const own = joint.subarray(given * count, (given + 1) * count);
    const sum = own.reduce((a, b) => a + b, 0);
    if (sum === 0) own[given] = rows[given]!;
    else for (let label = 0; label < count; label++) own[label]! *= rows[given]! / sum;
  }
  return joint;
}
