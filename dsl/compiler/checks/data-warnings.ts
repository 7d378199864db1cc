/** Warnings on counted data: relations between labels, texts and splits. Each is reported at the data definition. */
import type { ScoreFacts, SplitLanguages } from "../../language/types/audit-facts.js";
import type { DataFacts } from "../../language/types/facts.js";
import type { DataPlan, Call, Value } from "../../language/types/value.js";
import type { DefinitionDraft, Program } from "../plan/program.js";
import type { Span } from "../../language/diagnostics/span.js";
import type {} from "./data-codes.js";
import { listNames } from "../../language/diagnostics/lists.js";
import { checkOddLabels, checkOddScores } from "./odd-labels.js";
import type { PersonalFacts } from "../../language/types/personal-facts.js";
import { normalizedLabel } from "./label-form.js";

/** Ratio of the most frequent label's rows to the rarest label's rows from which labels count as uneven. */
const UNEVEN = 10;
/**
 * Thresholds for labels leaked in texts. `rows`: share of rows whose text names their own label. `own`: share of rows
 * naming any label that name their own.
 */
const TOLD = { rows: 0.3, own: 0.9 } as const;
/** Share of contradicting rows, and number of texts, below which conflicts are treated as chance. */
const CONFLICTS = { share: 0.005, texts: 2 } as const;

/** Minimum rows to estimate a split's languages, and the tolerated excess of a share over the training split. */
const LANGUAGES = { rows: 20, points: 0.1 } as const;

/** Maximum pairs of near-duplicate texts shown in the notes. */
const SHOWN = 5;

type Place = (path: string) => Span | undefined;

/** `here`: span for errors that belong to another source. @returns false if the data cannot be trained on */
export function checkDataAudit(
  program: Program,
  draft: DefinitionDraft,
  plan: DataPlan,
  facts: DataFacts,
  place: Place,
  here: Span,
): boolean {
  const split = place("split") ?? place("source");
  const label = place("columns.label") ?? place("columns");
  const data = draft.name;
  let good = true;
  const odd = checkOddLabels(program, draft, plan, facts, label);
  if (!odd) {
    labelsAlike(program, draft, plan, facts, label);
    unevenLabels(program, draft, plan, facts, label);
    labelsNotTrained(program, draft, plan, facts, split);
  }
  if (!checkPersonal(program, draft, facts, place("clean") ?? place("source"), here)) good = false;
  const { audit } = facts;
  if (!audit) return good;
  nearLeaks(program, draft, plan, facts, split);
  const { groups, scores, conflicts, told: leaks } = audit;
  if (groups && groups.shared > 0) {
    const column = plan.columns["group"] ?? "group";
    const sourceWord = !plan.split && "word" in plan.source ? (plan.source as Call).word : undefined;
    const shared = { data, column, ...groups, ...(sourceWord !== undefined && { own: sourceWord }) };
    if (program.reportNear("shared-groups", shared, split, here)) good = false;
  }
  if (scores && !checkScores(program, draft, scores, place("columns.score"), here)) good = false;
  checkOddScores(program, draft, plan, facts);
  if (scores?.outlying) {
    const details = { data, column: plan.columns["score"] ?? "score", ...scores.outlying };
    program.reportOwn("outlying-scores", details, draft, place("columns.score"));
  }
  const total = Object.values(facts.splits).reduce((sum, { rows }) => sum + rows, 0);
  if (!odd && conflicts.texts >= CONFLICTS.texts && conflicts.rows >= CONFLICTS.share * total)
    program.reportOwn(
      "label-conflict",
      {
        data,
        texts: conflicts.texts,
        rows: conflicts.rows,
        of: total,
        examples: conflicts.examples.map(
          ({ text, labels, rows, of: totals }) =>
            `"${clipped(text)}": ${listNames(labels.map(clipped), { total: totals?.labels ?? labels.length })} (row${(totals?.rows ?? rows.length) === 1 ? "" : "s"} ${listNames(rows.map(String), { total: totals?.rows ?? rows.length })})`,
        ),
      },
      draft,
      label,
    );
  if (leaks && leaks.own >= TOLD.rows * leaks.of && leaks.own >= TOLD.own * leaks.rows) {
    const { own: ownLabel, example } = leaks;
    const shown = example && `row ${String(example.row)}, "${example.label}": "${clipped(example.text)}"`;
    program.reportOwn("label-in-text", { data, own: ownLabel, of: leaks.of, example: shown }, draft, label);
  }
  languagesDiffer(program, draft, audit.languages?.splits ?? [], split);
  return good;
}

/**
 * Reports near-duplicates across splits in one warning. Leaks into `test` come first, since they make the final score
 * wrong.
 */
function nearLeaks(
  program: Program,
  draft: DefinitionDraft,
  plan: DataPlan,
  facts: DataFacts,
  place: Span | undefined,
): void {
  const near = (facts.audit?.near ?? []).toSorted((a, b) => Number(b.split === "test") - Number(a.split === "test"));
  if (near.length === 0) return;
  const dropped = plan.clean.flatMap(({ arguments: given }) => shareOf(given["similarity"]) ?? []);
  // Shows some pairs of each split, so that the first split does not fill the notes.
  const some = near.length === 1 ? Infinity : Math.ceil(SHOWN / near.length);
  const details = {
    data: draft.name,
    splits: near.map(({ split, rows }) => ({ split, rows, of: facts.splits[split]?.rows ?? rows })),
    pairs: near.flatMap(({ split, pairs }) =>
      pairs
        .slice(0, some)
        .map(
          ({ row, text, trained, likeness }) =>
            `${near.length > 1 ? `${split}: ` : ""}row ${String(row)} "${clipped(text)}" and row ${String(trained.row)} "${clipped(trained.text)}" ` +
            (likeness === 1 ? "(the same but for punctuation)" : `(${String(Math.round(likeness * 100))}% alike)`),
        ),
    ),
    ...(near.some(({ pairs }) => pairs.some(({ masked }) => masked)) && { masked: true as const }),
    ...(dropped.length > 0 && { dropped: Math.min(...dropped) }),
  };
  program.reportOwn("near-leak", details, draft, place);
}

/**
 * Largest score magnitude: the squared loss of larger scores overflows float32. Losses are reported on the scale of the
 * scores.
 */
const FURTHEST = 1e15;
/** Minimum spread of scores, in float32 steps at their mean, and the smallest spread whose square is representable. */
const CLOSE = { steps: 64, spread: 1e-15 } as const;

function checkScores(
  program: Program,
  draft: DefinitionDraft,
  { least, greatest, furthest, trained }: ScoreFacts,
  place: Span | undefined,
  here: Span,
): boolean {
  const data = draft.name;
  if (Math.max(-least, greatest) > FURTHEST) {
    const score = -least > greatest ? least : greatest;
    program.reportNear("score-too-large", { data, score, row: furthest ?? "?", most: FURTHEST }, place, here);
    return false;
  }
  const part = trained && trained.least === trained.greatest && least !== greatest;
  if (part || least === greatest) {
    program.reportNear("constant-score", { data, score: trained?.least ?? least, ...(part && { part }) }, place, here);
    return false;
  }
  if (!trained) return true;
  const { mean, spread } = trained;
  const step = Math.abs(mean) * 2 ** -23;
  if (spread < Math.max(CLOSE.steps * step, CLOSE.spread))
    program.reportOwn("scores-too-close", { data, mean, spread, step }, draft, place);
  return true;
}

/** Finds labels that differ only in spelling: `1` and `1.0`, `True` and `true`, a trailing blank. */
function labelsAlike(
  program: Program,
  draft: DefinitionDraft,
  plan: DataPlan,
  facts: DataFacts,
  place: Span | undefined,
): void {
  // An explicit label list is taken to be intended.
  if (plan.labels) return;
  const counts = new Map<string, number>();
  for (const { labels } of Object.values(facts.splits))
    for (const { label, count, own: ownCount = count } of labels)
      counts.set(label, (counts.get(label) ?? 0) + ownCount);
  const forms = new Map<string, { readonly label: string; readonly count: number }[]>();
  for (const [label, count] of counts) {
    const form = normalizedLabel(label);
    forms.set(form, [...(forms.get(form) ?? []), { label, count }]);
  }
  const alike = [...forms.values()].filter((group) => group.length > 1);
  if (alike.length > 0) program.reportOwn("labels-alike", { data: draft.name, alike }, draft, place);
}

function unevenLabels(
  program: Program,
  draft: DefinitionDraft,
  plan: DataPlan,
  facts: DataFacts,
  place: Span | undefined,
): void {
  const train = facts.splits["train"] ?? facts.splits["all"];
  if (plan.columns["label"] === undefined || !train || train.rows < 50) return;
  const counts = train.labels.filter(({ count }) => count > 0).toSorted((a, b) => a.count - b.count);
  const [smallest, largest] = [counts[0], counts.at(-1)];
  // Labels with fewer than 5 rows are reported by `rare-label`.
  if (!smallest || !largest || smallest.count < 5 || largest.count < UNEVEN * smallest.count) return;
  program.reportOwn("imbalanced", { data: draft.name, smallest, largest }, draft, place);
}

/** Finds a language whose share in an evaluation split is far greater than in the training split. */
function languagesDiffer(
  program: Program,
  draft: DefinitionDraft,
  splits: readonly SplitLanguages[],
  place: Span | undefined,
): void {
  const train = splits.find(({ split }) => split === "train");
  if (!train) return;
  for (const other of splits) {
    if (other === train) continue;
    const [trains, scores] = [toldIn(train), toldIn(other)];
    if (Math.min(trains, scores) < LANGUAGES.rows) continue;
    for (const { code, name, count } of other.languages) {
      const share = count / scores;
      const trained = (train.languages.find((one) => one.code === code)?.count ?? 0) / trains;
      // Samples of this size differ by chance within three standard errors.
      const chance = 3 * Math.sqrt(trained * (1 - trained) * (1 / trains + 1 / scores));
      if (share - trained <= Math.max(LANGUAGES.points, chance)) continue;
      const details = { data: draft.name, split: other.split, language: name, share, trained };
      program.reportOwn("languages-differ", details, draft, place);
      break;
    }
  }
}

function toldIn({ rows, untold }: SplitLanguages): number {
  return rows - untold;
}

/** Finds labels of the other splits that no training row has. */
function labelsNotTrained(
  program: Program,
  draft: DefinitionDraft,
  plan: DataPlan,
  facts: DataFacts,
  place: Span | undefined,
): void {
  const { train, ...others } = facts.splits;
  if (!train) return;
  const known = new Set(train.labels.flatMap(({ label, count }) => (count > 0 ? [label] : [])));
  if (known.size === 0) return;
  for (const [split, { labels, rows }] of Object.entries(others)) {
    const missing = labels.filter(({ label, count }) => count > 0 && !known.has(label));
    if (missing.length === 0) continue;
    const details = {
      data: draft.name,
      split,
      labels: missing.map(({ label }) => label),
      of: rows,
      rows: missing.reduce((sum, { count }) => sum + count, 0),
      ...(isStratified(plan) && { stratified: true as const }),
    };
    program.reportOwn("label-not-in-train", details, draft, place);
  }
}

/** Whether the split is already stratified by label. */
function isStratified({ split, columns }: DataPlan): boolean {
  const by = split?.arguments["stratify"];
  return by !== undefined && (by === "label" || by === columns["label"]);
}

function shareOf(value: Value | undefined): number | undefined {
  return value !== null && typeof value === "object" && "share" in value ? (value.share as number) : undefined;
}

const clipped = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

/** Roles that are read as inputs, as opposed to targets. */
const READ = ["text", "text_pair", "tokens", "input", "messages", "question"] as const;
const LEARNT = ["label", "labels", "score", "tags", "target", "answer"] as const;

/** @returns false if one column has two conflicting roles */
export function checkColumnRoles(
  program: Program,
  draft: DefinitionDraft,
  columns: Readonly<Record<string, string>>,
): boolean {
  let good = true;
  for (const learnt of LEARNT) {
    const column = columns[learnt];
    const read = column === undefined ? undefined : READ.find((role) => columns[role] === column);
    if (column === undefined || read === undefined) continue;
    const place = draft.given.get("columns")?.places.get(`columns.${learnt}`);
    if (program.reportOwn("same-column", { column, roles: [read, learnt] }, draft, place)) good = false;
  }
  return good;
}

/** `here`: span for errors that belong to another source. @returns false if the data cannot be trained on */
function checkPersonal(
  program: Program,
  draft: DefinitionDraft,
  { personal = [] }: DataFacts,
  place: Span | undefined,
  here: Span,
): boolean {
  const sure = personal.filter(({ sure }) => sure > 0);
  const likely = personal.filter(({ sure }) => sure === 0);
  const detailsOf = (facts: readonly PersonalFacts[]) => ({ data: draft.name, found: facts });
  if (likely.length > 0) program.reportOwn("personal-data", detailsOf(likely), draft, place);
  return sure.length === 0 || !program.reportNear("personal-numbers", detailsOf(sure), place, here);
}
