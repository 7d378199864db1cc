/**
 * The largest whole numbers that a config.json may say, looked at before anything is made of them: far above every published
 * model, and low enough that a graph or a table of that size is an error of another kind, not the end of the process.
 */
const BOUNDS: readonly (readonly [RegExp, number])[] = [
  // Each is a block of the graph; the deepest published decoders have 126.
  [/^(num_hidden_layers|num_(decoder_)?layers|n_layers?|num_feedforward_networks)$/, 1024],
  [/^(vocab_size|type_vocab_size)$/, 2 ** 24],
  // Llama 4 reads ten million places.
  [/position|^sliding_window$/, 2 ** 24],
  [/heads?$/, 2 ** 14],
];
/** Of widths and everything else: the widest feed-forward layers have some 50,000. */
const WIDTH = 2 ** 20;

export function boundOf(key: string): number {
  return BOUNDS.find(([keys]) => keys.test(key))?.[1] ?? WIDTH;
}
