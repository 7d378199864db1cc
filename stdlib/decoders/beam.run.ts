/**
 * Beam search as in transformers' generate (`_beam_search`). Every step considers all continuations of all beams and
 * takes more than the beam width, so that enough beams remain when texts end. Finished texts are ranked by their
 * penalized score. Scores are rounded to float32 where transformers uses float32.
 */
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import { lastOf } from "#dsl/language/diagnostics/codes.js";
import type { DecodedText, DecoderImplementation, Decoding, DecodingInputs, DecodingStep } from "./kind.js";
import { copyRowLogits } from "./shared/by-row.js";
import { topScoredTokens, logSoftmax, applyRepetitionPenalty } from "./shared/warp.js";
import { word } from "./beam.js";

/** Added to a score that must not be chosen. */
const OUT = -1e9;
const f32 = Math.fround;

interface Beam {
  readonly tokens: readonly number[];
  readonly score: number;
}
interface Finished extends Beam {
  readonly ended: boolean;
}
/** A continuation of one beam by one token. */
interface Candidate extends Beam {
  readonly from: number;
  readonly hits: boolean;
}
interface Settings {
  readonly width: number;
  readonly lengthPenalty: number;
  readonly early: boolean;
  readonly penalty: number;
}

export const beam: DecoderImplementation = {
  begin(call, start) {
    const given = argumentsWithDefaults(word, call);
    const settings = {
      width: given.width,
      lengthPenalty: given.length_penalty,
      early: given.early_stopping,
      penalty: given.repetition_penalty,
    };
    return new BeamDecoding(start, settings);
  },
};

class BeamDecoding implements Decoding {
  readonly reads = "logits";
  readonly width: number;
  private readonly searches: readonly Search[];
  private first = true;

  constructor(
    private readonly start: DecodingInputs,
    settings: Settings,
  ) {
    this.width = settings.width;
    this.searches = start.prompts.map((prompt) => new Search(prompt, start, settings));
  }
  get done(): boolean {
    return this.searches.every((s) => s.done);
  }
  get texts(): readonly DecodedText[] {
    return this.searches.map((s) => s.text);
  }
  step(scores: Int32Array | Float32Array): DecodingStep {
    const tokens: number[] = [];
    const rows: number[] = [];
    this.searches.forEach((search, prompt) => {
      const base = this.first ? prompt : prompt * this.width;
      const next = search.done
        ? null
        : search.step((beam) => copyRowLogits(scores, this.first ? base : base + beam, this.start.vocabulary));
      for (let i = 0; i < this.width; i++) {
        const beam = next?.[i];
        tokens.push(beam ? lastOf(beam.tokens) : this.start.padId);
        rows.push(this.first ? base : base + (beam?.from ?? i));
      }
    });
    this.first = false;
    return { tokens: Int32Array.from(tokens), rows: Int32Array.from(rows) };
  }
  stop(prompt: number, keep: number): void {
    this.searches[prompt]!.stop(keep);
  }
}

class Search {
  private running: readonly Beam[];
  private finished: readonly Finished[];
  private improvable = true;
  private over = false;
  private stopped: number | null = null;

  constructor(
    private readonly prompt: Int32Array,
    private readonly start: DecodingInputs,
    private readonly options: Settings,
  ) {
    const all = Array.from({ length: options.width }, (_, i) => i);
    // All beams are equal at first, so only the first may be continued.
    this.running = all.map((i) => ({ tokens: [], score: i === 0 ? 0 : OUT }));
    this.finished = all.map(() => ({ tokens: [], score: OUT, ended: false }));
    this.over = start.maxTokens < 1;
  }
  get done(): boolean {
    return this.over || this.stopped !== null;
  }
  get text(): DecodedText {
    if (!this.done) return { tokens: [], ended: null };
    const { tokens, score } = this.finished[0]!;
    if (this.stopped !== null) return { tokens: tokens.slice(0, this.stopped), ended: "stop", score };
    return { tokens, ended: this.start.ends.has(lastOf(tokens)) ? "end" : "length", score };
  }
  stop(keep: number): void {
    this.stopped = keep;
  }
  /** Takes one step and returns the beams that continue. `scores(beam)`: the model's logits after a beam. */
  step(scores: (beam: number) => Float32Array): readonly Candidate[] {
    const { width } = this.options;
    const length = this.running[0]!.tokens.length + 1;
    const top = this.candidates(scores, Math.max(2, 1 + this.start.ends.size) * width, length);
    const going = best(
      top.map((c) => ({ ...c, score: c.hits ? f32(c.score + OUT) : c.score })),
      width,
    );
    this.file(top, length);
    this.running = going;
    this.improvable &&= this.canImprove(length);
    const full = this.options.early && this.finished.every((f) => f.ended);
    this.over = !this.improvable || full || top.every((c) => c.hits);
    return going;
  }
  /** Returns the likeliest continuations over all beams. */
  private candidates(scores: (beam: number) => Float32Array, count: number, length: number): readonly Candidate[] {
    const all = this.running.flatMap((beam, from) => {
      const beamScores = scores(from);
      logSoftmax(beamScores);
      applyRepetitionPenalty(beamScores, [...this.prompt, ...beam.tokens], this.options.penalty);
      for (let i = 0; i < beamScores.length; i++) beamScores[i] = beamScores[i]! + beam.score;
      return topScoredTokens(beamScores, Math.min(count, beamScores.length)).map(({ token, score }) => ({
        tokens: [...beam.tokens, token],
        score,
        from,
        hits: length >= this.start.maxTokens || this.start.ends.has(token),
      }));
    });
    return best(all, count);
  }
  /** Adds texts that have just ended to the finished ones, if they are among the best. */
  private file(top: readonly Candidate[], length: number): void {
    const { width, lengthPenalty, early } = this.options;
    const full = early && this.finished.every((f) => f.ended);
    const ending = top.map((c, i): Finished => {
      const ended = c.hits && i < width;
      let score = f32(c.score / length ** lengthPenalty);
      if (full) score = f32(score + OUT);
      if (!this.improvable) score = f32(score + OUT);
      if (!ended) score = f32(score + OUT);
      return { tokens: c.tokens, score, ended };
    });
    this.finished = best([...this.finished, ...ending], width);
  }
  private canImprove(length: number): boolean {
    const possible = f32(this.running[0]!.score / length ** this.options.lengthPenalty);
    const worst = Math.min(...this.finished.map((f) => f.score));
    return this.finished.some((f) => possible > (f.ended ? worst : OUT));
  }
}

/** Returns the beams with the greatest scores; ties go to the earlier one. */
function best<T extends Beam>(beams: readonly T[], count: number): readonly T[] {
  return beams
    .map((beam, i) => ({ beam, i }))
    .sort((a, b) => b.beam.score - a.beam.score || a.i - b.i)
    .slice(0, count)
    .map(({ beam }) => beam);
}
