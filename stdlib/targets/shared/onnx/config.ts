/**
 * Writes config.json for a folder of ONNX models: transformers' config, defaults that transformers.js doesn't fill in,
 * and its settings (`transformers.js_config`), so that it opens the folder without options.
 */
import type { ModelToDeploy, GraphFile, GraphName } from "../../kind.js";
import { onnxDtypeName, type OnnxWeightPrecision } from "./files.js";

export function onnxConfigOf(
  { config }: ModelToDeploy,
  graphs: Readonly<Partial<Record<GraphName, GraphFile>>>,
  options: {
    readonly rounding: OnnxWeightPrecision | undefined;
    /** Files whose weights are in a second file. */
    readonly large: readonly string[];
  },
): string {
  const ownConfig = config["transformers.js_config"];
  const settings = {
    ...(typeof ownConfig === "object" && ownConfig),
    dtype: onnxDtypeName(options.rounding),
    ...(options.large.length > 0 && {
      use_external_data_format: Object.fromEntries(options.large.map((file) => [nameOf(file), true])),
    }),
  };
  const whole = { ...config, ...filledIn(config, graphs.decoder), "transformers.js_config": settings };
  return `${JSON.stringify(whole, null, 2)}\n`;
}
const nameOf = (file: string): string => file.slice(file.lastIndexOf("/") + 1);

/** Adds the sizes of keys and values, which a config may omit because transformers knows them. */
function filledIn(config: ModelToDeploy["config"], decoder: GraphFile | undefined): Readonly<Record<string, unknown>> {
  const keys = Object.entries(decoder?.inputs ?? {}).filter(([name]) =>
    /^past_key_values\.\d+(\.decoder)?\.key$/.test(name),
  );
  const [, heads, , size] = keys[0]?.[1].shape ?? [];
  if ("encoder_hidden_states" in (decoder?.inputs ?? {}))
    return missing(config, { is_encoder_decoder: true, num_decoder_layers: keys.length });
  if (keys.length === 0 || !("num_attention_heads" in config)) return {};
  return missing(config, { num_key_value_heads: heads, head_dim: size });
}
function missing(
  config: ModelToDeploy["config"],
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => (config[key] ?? null) === null));
}
