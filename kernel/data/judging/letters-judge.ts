/**
 * Judges labels by letters, for texts that are words, names or codes: a small network over letter n-grams, with
 * five-fold predictions. Such labels depend on spelling, structure or sound, which is non-linear and missing in a
 * language model's vectors.
 */
import { seededRandom, shuffle } from "#stdlib/statistics/chance.js";
import { letterFeatures, type FeatureBag } from "./bags.js";
import { calibrateTemperature } from "./temperature.js";

const BUCKETS = 4096;
const HIDDEN = 32;
const FOLDS = 5;
/**
 * Predictions of all rounds are averaged: the last rounds have learned wrong labels too, and the first have learned
 * little.
 */
const ROUNDS = 8;
const RATE = 0.05;
/** Initial sum of squared gradients, so that a rare n-gram isn't memorized at first sight. */
const BEFORE = 10;
/**
 * Maximum mean length in characters. Longer texts are left to the other judges: they contain all letters, and the
 * network is slow on them.
 */
const SHORT = 40;

/** Returns null if the texts are longer than words and names, on average. */
export function labelProbabilitiesFromLetterNgrams(
  texts: readonly string[],
  labels: Int32Array,
  count: number,
): Float32Array | null {
  if (texts.reduce((all, text) => all + text.length, 0) > SHORT * texts.length) return null;
  const bags = texts.map((text) => letterFeatures(text, BUCKETS));
  const order = shuffle(Uint32Array.from(texts.keys()), seededRandom(1, texts.length));
  const sums = new Float64Array(texts.length * count);
  for (let fold = 0; fold < FOLDS; fold++) {
    const net = new Net(count);
    const generator = seededRandom(1, texts.length, fold);
    const learnt = order.filter((_, i) => i % FOLDS !== fold);
    for (let round = 0; round < ROUNDS; round++) {
      for (const row of shuffle(learnt, generator)) net.learn(bags[row]!, labels[row]!);
      order.forEach((row, i) => {
        if (i % FOLDS === fold) net.chances(bags[row]!).forEach((one, label) => (sums[row * count + label]! += one));
      });
    }
  }
  const scores = sums.map((sum) => Math.log(sum / ROUNDS + 1e-9));
  return calibrateTemperature(scores, labels, count).chances;
}

/**
 * A network with one hidden layer; AdaGrad gives each weight a learning rate that falls with its gradients (Duchi,
 * Hazan, Singer 2011).
 */
class Net {
  private readonly first: Weights;
  private readonly last: Weights;
  private readonly hidden = new Float64Array(HIDDEN);

  constructor(private readonly count: number) {
    this.first = new Weights((BUCKETS + 1) * HIDDEN, 0.1, 1);
    this.last = new Weights((HIDDEN + 1) * count, Math.sqrt(6 / (HIDDEN + count)), 2);
  }

  chances({ parts, counts }: FeatureBag): Float64Array {
    const { hidden, count } = this;
    const [first, last] = [this.first.values, this.last.values];
    for (let h = 0; h < HIDDEN; h++) hidden[h] = first[BUCKETS * HIDDEN + h]!;
    for (let i = 0; i < parts.length; i++) {
      const [offset, times] = [parts[i]! * HIDDEN, counts[i]!];
      for (let h = 0; h < HIDDEN; h++) hidden[h]! += times * first[offset + h]!;
    }
    const scores = new Float64Array(count);
    for (let label = 0; label < count; label++) scores[label] = last[HIDDEN * count + label]!;
    for (let h = 0; h < HIDDEN; h++) {
      const on = Math.max(0, hidden[h]!);
      hidden[h] = on;
      if (on > 0) for (let label = 0; label < count; label++) scores[label]! += on * last[h * count + label]!;
    }
    let most = -Infinity;
    for (let label = 0; label < count; label++) most = Math.max(most, scores[label]!);
    let sum = 0;
    for (let label = 0; label < count; label++) sum += scores[label] = Math.exp(scores[label]! - most);
    for (let label = 0; label < count; label++) scores[label]! /= sum;
    return scores;
  }

  learn(bag: FeatureBag, given: number): void {
    const { first, last, hidden, count } = this;
    const wrong = this.chances(bag);
    wrong[given]!--;
    const back = new Float64Array(HIDDEN);
    for (let h = 0; h < HIDDEN; h++) {
      if (hidden[h] === 0) continue;
      for (let label = 0; label < count; label++) {
        back[h]! += wrong[label]! * last.values[h * count + label]!;
        last.move(h * count + label, wrong[label]! * hidden[h]!);
      }
    }
    for (let label = 0; label < count; label++) last.move(HIDDEN * count + label, wrong[label]!);
    const { parts, counts } = bag;
    for (let i = 0; i < parts.length; i++) {
      const [offset, times] = [parts[i]! * HIDDEN, counts[i]!];
      for (let h = 0; h < HIDDEN; h++) if (hidden[h] !== 0) first.move(offset + h, back[h]! * times);
    }
    for (let h = 0; h < HIDDEN; h++) if (hidden[h] !== 0) first.move(BUCKETS * HIDDEN + h, back[h]!);
  }
}

class Weights {
  readonly values: Float64Array;
  private readonly moved: Float64Array;

  constructor(size: number, spread: number, seed: number) {
    const generator = seededRandom(seed, size);
    this.values = new Float64Array(size);
    for (let i = 0; i < size; i++) this.values[i] = spread * (generator.next() / 2 ** 31);
    this.moved = new Float64Array(size).fill(BEFORE);
  }

  move(index: number, slope: number): void {
    this.moved[index]! += slope * slope;
    this.values[index]! -= (RATE * slope) / Math.sqrt(this.moved[index]!);
  }
}
