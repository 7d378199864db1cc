/** Builder of an ONNX graph: values are named by number; equal nodes and equal constants are made once. */
import type { OnnxAttributeValue, OnnxGraphContents, OnnxNode, OnnxPort, OnnxTensor, OnnxDType } from "./proto.js";

export type Attributes = Readonly<Record<string, OnnxAttributeValue>>;

export interface NodeOptions {
  readonly attributes?: Attributes;
  /** "" (default) is ONNX's own domain. */
  readonly domain?: string;
  /** Number of outputs; default 1. */
  readonly outputs?: number;
  /** Never shared with an equal node. */
  readonly apart?: boolean;
}

export class OnnxGraph {
  private readonly made: OnnxNode[] = [];
  private readonly constants = new Map<string, OnnxTensor & { readonly name: string }>();
  private readonly known = new Map<string, readonly string[]>();

  /** `prefix`: distinguishes the names of a subgraph from those of its outer graph. */
  constructor(private readonly prefix = "") {}

  get nodes(): readonly OnnxNode[] {
    return this.made;
  }
  /** Appends a node, or finds an equal one; returns its output names. */
  nodeAll(op: string, inputs: readonly string[], options: NodeOptions = {}): readonly string[] {
    const { attributes = {}, domain = "", outputs = 1 } = options;
    const key = `${domain} ${op} ${inputs.join()} ${JSON.stringify(attributes, brief)}`;
    const known = this.known.get(key);
    if (known && !options.apart) return known;
    const name = `${this.prefix}${op}_${this.made.length}`;
    const names = Array.from({ length: outputs }, (_, i) => (i ? `${name}:${i}` : name));
    this.made.push({ name, op, domain, inputs, outputs: names, attributes });
    this.known.set(key, names);
    return names;
  }
  node(op: string, inputs: readonly string[], options: NodeOptions = {}): string {
    return this.nodeAll(op, inputs, options)[0]!;
  }
  constant(type: OnnxDType, shape: readonly number[], bytes: Uint8Array): string {
    const key = `${type} ${shape.join()} ${bytes.length > 256 ? `#${this.constants.size}` : bytes.join()}`;
    const known = this.constants.get(key);
    if (known) return known.name;
    const name = `${this.prefix}constant_${this.constants.size}`;
    this.constants.set(key, { name, type, shape, bytes });
    return name;
  }
  float(value: number): string {
    return this.constant("f32", [], new Uint8Array(Float32Array.of(value).buffer));
  }
  double(value: number): string {
    return this.constant("f64", [], new Uint8Array(Float64Array.of(value).buffer));
  }
  integer(value: number): string {
    return this.constant("i32", [], new Uint8Array(Int32Array.of(value).buffer));
  }
  /** Makes an i64 list, the type of shapes and axes. */
  longs(list: readonly number[]): string {
    return this.constant("i64", [list.length], new Uint8Array(BigInt64Array.from(list, BigInt).buffer));
  }
  long(value: number): string {
    return this.constant("i64", [], new Uint8Array(BigInt64Array.of(BigInt(value)).buffer));
  }
  text(name: string, inputs: readonly OnnxPort[], outputs: readonly OnnxPort[]): OnnxGraphContents {
    return { name, nodes: this.made, constants: [...this.constants.values()], inputs, outputs };
  }
}

function brief(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? value.join() : value;
}
