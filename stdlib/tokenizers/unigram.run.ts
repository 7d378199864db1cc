/**
 * SentencePiece's Unigram like T5's: it starts from many repeated pieces and fits their probabilities by expectation
 * maximization. In turn it drops the pieces whose loss reduces the likelihood of the texts least.
 */
import type { WordCounts, TrainableTokenizer } from "./kind.js";
import { SegmentationLattice, type ScoredPiece } from "./shared/lattice.js";
import { repeatedPieces } from "./shared/repeated-pieces.js";

/** Maximum number of initial pieces. */
const SEEDS = 1_000_000;
/** Rounds of fitting before each pruning. */
const ROUNDS = 2;
/** Factor by which the vocabulary exceeds the requested size until the final selection. */
const SPARE = 1.1;
/** Pieces with a lower expected count are dropped. */
const LEAST = 0.5;

const blank = { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true };

export const unigram: TrainableTokenizer = {
  parts: () => ({
    normalizer: {
      type: "Sequence",
      normalizers: [{ type: "Nmt" }, { type: "NFKC" }, { type: "Replace", pattern: { Regex: " {2,}" }, content: " " }],
    },
    pre_tokenizer: blank,
    decoder: blank,
    blanksInWords: true,
  }),
  train({ arguments: given }, words, { specials, unknown }) {
    const room = Math.max(1, Number(given["vocabulary"]) - specials.length);
    const { share } = given["shrinking"] as { readonly share: number };
    const characters = charactersOf(words);
    const fitted = fit(words, { room, share, longest: Number(given["longest_piece"]), characters });
    const pieces = chosen(fitted, characters, room);
    const model = {
      type: "Unigram",
      unk_id: Math.max(0, specials.indexOf(unknown ?? "")),
      byte_fallback: false,
      vocab: [...specials.map((token): ScoredPiece => [token, 0]), ...pieces],
    };
    return { model, size: specials.length + pieces.length, least: specials.length + characters.size };
  },
};

/** Returns the characters of the words and their counts. */
function charactersOf({ words, counts }: WordCounts): ReadonlyMap<string, number> {
  const seen = new Map<string, number>();
  words.forEach((word, i) => {
    for (const character of word) seen.set(character, (seen.get(character) ?? 0) + counts[i]!);
  });
  return seen;
}

interface Fitting {
  readonly room: number;
  readonly share: number;
  readonly longest: number;
  readonly characters: ReadonlyMap<string, number>;
}
function fit(counted: WordCounts, options: Fitting): readonly ScoredPiece[] {
  const seeds: (readonly [string, number])[] = [...options.characters].sort(([, m], [, n]) => n - m);
  for (const { piece, score } of repeatedPieces(counted.words, options.longest, SEEDS))
    if (!options.characters.has(piece)) seeds.push([piece, score]);
  const sum = Math.log(seeds.reduce((all, [, score]) => all + score, 0));
  let pieces: readonly ScoredPiece[] = seeds.map(([piece, score]) => [piece, Math.log(score) - sum]);
  const enough = Math.floor(options.room * SPARE);
  for (;;) {
    for (let round = 0; round < ROUNDS; round++) pieces = maximised(pieces, expectedUses(pieces, counted));
    if (pieces.length <= enough) return pieces;
    const fewer = pruned(pieces, counted, Math.max(enough, Math.floor(pieces.length * options.share)));
    if (fewer.length === pieces.length) return pieces;
    pieces = fewer;
  }
}

function expectedUses(pieces: readonly ScoredPiece[], { words, counts }: WordCounts): Float64Array {
  const lattice = new SegmentationLattice(pieces);
  const uses = new Float64Array(pieces.length);
  words.forEach((word, i) => lattice.addExpected(word, counts[i]!, uses));
  return uses;
}

/** Returns the scores that maximize the likelihood, with a Bayesian penalty on rare pieces. */
function maximised(pieces: readonly ScoredPiece[], uses: Float64Array): readonly ScoredPiece[] {
  const keptPieces = pieces.flatMap(([piece], i) => (uses[i]! >= LEAST ? [[piece, uses[i]!] as const] : []));
  const all = digamma(keptPieces.reduce((sum, [, use]) => sum + use, 0));
  return keptPieces.map(([piece, use]) => [piece, digamma(use) - all]);
}

/**
 * Retains the pieces whose removal would lose most likelihood. A removed piece is replaced by its best segmentation
 * without it.
 */
function pruned(pieces: readonly ScoredPiece[], { words, counts }: WordCounts, keep: number): readonly ScoredPiece[] {
  const lattice = new SegmentationLattice(pieces);
  const uses = new Float64Array(pieces.length);
  let all = 0;
  words.forEach((word, i) => {
    all += counts[i]!;
    for (const piece of lattice.best(word) ?? []) uses[piece]! += counts[i]!;
  });
  const sum = uses.reduce((a, b) => a + b, 0);
  const log = Math.log(sum);
  const always: ScoredPiece[] = [];
  const candidates: { readonly piece: ScoredPiece; readonly loss: number }[] = [];
  // Weighted number of words in which each piece occurs.
  const share = new Float64Array(pieces.length);
  words.forEach((word, i) => {
    for (const piece of new Set(lattice.best(word) ?? [])) share[piece]! += counts[i]!;
  });
  pieces.forEach((piece, i) => {
    const best = lattice.best(piece[0]);
    const alone = best?.length === 1;
    const instead = alone ? lattice.best(piece[0], i) : null;
    if (alone && instead === null) always.push(piece);
    else if (uses[i]! > 0 && instead) {
      const now = Math.log(uses[i]!) - log;
      const then = Math.log(sum + uses[i]! * (instead.length - 1));
      const other = instead.reduce((total, j) => total + Math.log(uses[j]! + uses[i]!) - then, 0);
      candidates.push({ piece, loss: (share[i]! / all) * (now - other) });
    }
  });
  candidates.sort((a, b) => b.loss - a.loss);
  return [...always, ...candidates.slice(0, Math.max(0, keep - always.length)).map(({ piece }) => piece)];
}

/** Every character gets a piece; the rest of the vocabulary goes to the most likely ones. */
function chosen(
  pieces: readonly ScoredPiece[],
  characters: ReadonlyMap<string, number>,
  room: number,
): readonly ScoredPiece[] {
  const scores = new Map(pieces);
  const least = Math.min(...scores.values());
  const required = new Map<string, number>();
  // A character without its own piece scores slightly below all others.
  for (const character of characters.keys())
    required.set(character, scores.get(character) ?? least - 0.0001 * (required.size + 1));
  const others = pieces.filter(([piece]) => !required.has(piece)).sort(([, a], [, b]) => b - a);
  return [...required, ...others.slice(0, Math.max(0, room - required.size))].sort(
    ([a, m], [b, n]) => n - m || (a < b ? -1 : 1),
  );
}

/** The logarithmic derivative of the gamma function, to about 1e-9 for x > 0. */
function digamma(x: number): number {
  let [shifted, result] = [x, 0];
  for (; shifted < 7; shifted++) result -= 1 / shifted;
  const y = shifted - 0.5;
  const square = 1 / (y * y);
  return (
    result +
    Math.log(y) +
    square / 24 -
    (7 / 960) * square ** 2 +
    (31 / 8064) * square ** 3 -
    (127 / 30720) * square ** 4
  );
}
