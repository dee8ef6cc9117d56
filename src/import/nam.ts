import { shown } from "../check.ts";
import type { Graph } from "../graph/graph.ts";
import { GraphWriter } from "../graph/writer.ts";
import { asList, Fields, numbers, parseJson } from "./json.ts";
import { causal, cell } from "./layers.ts";
import { activate, readActivation } from "./nam/activation.ts";
import { addWaveNet } from "./nam/wavenet-graph.ts";
import { planWaveNet } from "./nam/wavenet.ts";
import { NamWeights } from "./nam/weights.ts";
import { wrong } from "./wrong.ts";

/** Zeros that may run before the input: 2.7 s at 48 kHz; captures have 4,000 to 8,000. */
const LONGEST = 1 << 17;

/**
 * The net of a Neural Amp Modeler capture (`.nam`, versions 0.5 to 0.7): "x" [batch, time, inputs] (the
 * sample, then knobs) to "output" [batch, time, outputs]. An LSTM starts from its stored states. A WaveNet
 * or ConvNet starts as the plug-in does, having run on zeros for as long as it remembers: they are padded in
 * front of "x" and sliced off the output; of a SlimmableContainer, the largest net runs. Throws FormatError for Linear,
 * whose weights the trainer and the plug-in read in opposite order, for slimmable nets, and for weights missing or
 * left over.
 * https://github.com/sdatkinson/NeuralAmpModelerCore
 */
export function namGraph(bytes: Uint8Array): Graph {
  const file = new Fields("", parseJson(bytes));
  checkVersion(file.text("version"));
  const g = new GraphWriter();
  const net = readNet(file, ALL, sampleRate(file));
  const x = g.input("x", "float32", ["batch", "time", net.in]);
  if (net.reach > LONGEST) throw wrong("unsupported", "config", `a reach of at most ${LONGEST} samples`, net.reach);
  g.output("output", prewarmed(g, net, x), "float32", ["batch", "time", net.out]);
  return g.graph();
}

function prewarmed(g: GraphWriter, { reach, add }: Net, x: string): string {
  if (reach === 0) return add(g, x);
  const y = add(g, g.node("pad", [x], { before: [0, reach, 0], after: [0, 0, 0] }, "prewarm"));
  return g.node("slice", [y], { axes: [1], starts: [reach], ends: [0x7fffffff] }, "prewarm");
}

/** A net that is checked, and whose weights fit. */
interface Net {
  readonly in: number;
  readonly out: number;
  /** Rows before the present one that the output depends on. */
  readonly reach: number;
  /** Adds the net to a graph: [batch, time, in] to [batch, time, out]. */
  add(g: GraphWriter, x: string): string;
}

type Architectures = Readonly<Record<string, (config: Fields, weights: NamWeights, rate: number) => Net>>;

/** Nets that remember a number of rows, and start as after zeros. */
const FINITE: Architectures = { ConvNet: convNet, WaveNet: waveNet };
const PLAIN: Architectures = { LSTM: lstm, ...FINITE };
const ALL: Architectures = { ...PLAIN, SlimmableContainer: container };

function readNet(file: Fields, architectures: Architectures, rate: number): Net {
  const architecture = file.text("architecture");
  if (!Object.hasOwn(architectures, architecture)) {
    const why = architecture === "Linear" ? ", whose weights its trainer and its plug-in read in opposite order" : "";
    const known = Object.keys(architectures).join(", ");
    throw wrong("unsupported", file.path("architecture"), known, `${shown(architecture)}${why}`);
  }
  const config = file.fields("config");
  const label = file.path("weights");
  const stored = asList(label, file.take("weights"));
  const weights = new NamWeights(label, numbers(label, stored, [stored.length]));
  const net = architectures[architecture](config, weights, rate);
  config.close();
  weights.close();
  return net;
}

/** Nets of one rig by their size: NAM runs the last, the largest, until it is asked for less. */
function container(config: Fields, _: NamWeights, rate: number): Net {
  let most = -Infinity;
  const nets = config.list("submodels").map((value, i) => {
    const entry = new Fields(`${config.path("submodels")}[${i}]`, value);
    const size = entry.number("max_value");
    if (size <= most) throw wrong("description", entry.path("max_value"), `more than ${most}`, size);
    most = size;
    const net = readPart(entry.fields("model"), PLAIN, rate);
    if (net.in !== 1 || net.out !== 1)
      throw wrong("shape", entry.label, "one input and one output", `${net.in}, ${net.out}`);
    return net;
  });
  if (most < 1) throw wrong("description", config.path("submodels"), "a last max_value of at least 1", most);
  return nets[nets.length - 1];
}

function checkVersion(version: string): void {
  if (!/^0\.[567]\.\d{1,9}$/.test(version)) {
    throw wrong("unsupported", "version", "0.5.0 to 0.7", shown(version));
  }
}

/** A layer's weights: [4 * size, in + size] on concat(x, h), bias, initial h, initial c; then the head's. */
function lstm(config: Fields, weights: NamWeights): Net {
  const inputs = config.count("input_size");
  const size = config.count("hidden_size");
  const count = config.count("num_layers");
  const channels = config.count("in_channels", inputs);
  if (channels !== inputs) throw wrong("unsupported", config.path("in_channels"), `${inputs}, as input_size`, channels);
  const out = config.count("out_channels", 1);
  const layers = Array.from({ length: count }, (_, l) => {
    const width = l === 0 ? inputs : size;
    const joined = weights.take(`LSTM layer ${l} matrix`, 4 * size * (width + size));
    const part = (from: number, to: number): Float32Array => {
      const rows = new Float32Array(4 * size * (to - from));
      for (let r = 0; r < 4 * size; r++) {
        rows.set(joined.subarray(r * (width + size) + from, r * (width + size) + to), r * (to - from));
      }
      return rows;
    };
    const [biasIh, h0, c0] = [4 * size, size, size].map((n) => weights.take(`LSTM layer ${l}`, n));
    return { op: "lstm", in: width, size, ih: part(0, width), hh: part(width, width + size), biasIh, h0, c0 } as const;
  });
  const [weight, bias] = [out * size, out].map((n) => weights.take("LSTM head", n));
  const head = { weight, bias, in: size, out, kernel: 1 };
  const add = (g: GraphWriter, x: string): string =>
    causal(
      g,
      layers.reduce((y, layer, l) => cell(g, y, layer, `LSTM layer ${l}`), x),
      head,
      "LSTM head",
    );
  return { in: inputs, out, reach: 0, add };
}

/** Blocks of a convolution of two taps, a batch normalisation or a bias, an activation; then the head. */
function convNet(config: Fields, weights: NamWeights): Net {
  const width = config.count("channels");
  const dilations = config.counts("dilations");
  const normal = config.flag("batchnorm");
  const activation = readActivation("config.activation", config.take("activation"), width);
  const groups = config.count("groups", 1);
  const [inputs, out] = [config.count("in_channels", 1), config.count("out_channels", 1)];
  const blocks = dilations.map((dilation, b) => {
    const name = `ConvNet block ${b}`;
    const shape = { in: b === 0 ? inputs : width, out: width, kernel: 2, dilation, groups };
    const convolution = weights.convolution(name, shape, !normal);
    return normal ? normalised(convolution, weights, name) : convolution;
  });
  if (blocks.length === 0) throw wrong("description", config.path("dilations"), "at least one", "none");
  const head = weights.convolution("ConvNet head", { in: width, out, kernel: 1 }, true);
  const add = (g: GraphWriter, x: string): string => {
    const addBlock = (v: string, block: Convolution, b: number): string =>
      activate(g, causal(g, v, block, `ConvNet block ${b}`), activation, `ConvNet block ${b}`);
    return causal(g, blocks.reduce(addBlock, x), head, "ConvNet head");
  };
  return { in: inputs, out, reach: dilations.reduce((sum, d) => sum + d, 0), add };
}

type Convolution = ReturnType<NamWeights["convolution"]>;

/** A convolution and its normalisation in one: y = s W x + b - s mean, where s = w / sqrt(var + eps). */
function normalised(convolution: Convolution, weights: NamWeights, name: string): Convolution {
  const take = (part: string, count = convolution.out) => weights.take(`${name} batchnorm ${part}`, count);
  const [mean, variance, scale, shift] = ["mean", "variance", "weight", "bias"].map((part) => take(part));
  const [epsilon] = take("eps", 1);
  const factors = Array.from(scale, (s, i) => s / Math.sqrt(variance[i] + epsilon));
  if (!factors.every(Number.isFinite)) throw wrong("unsupported", name, "variances of more than -eps", "others");
  const row = convolution.weight.length / convolution.out;
  const weight = convolution.weight.map((w, i) => w * factors[Math.floor(i / row)]);
  const bias = shift.map((b, i) => b - factors[i] * mean[i]);
  return { ...convolution, weight, bias };
}

function waveNet(config: Fields, weights: NamWeights, rate: number): Net {
  // Makes, of the input, what every layer is given beside its own input.
  const condition = config.has("condition_dsp") ? readPart(config.fields("condition_dsp"), FINITE, rate) : undefined;
  const net = planWaveNet(config, weights, condition?.out);
  if (condition && condition.in !== net.in) {
    throw wrong("shape", "config.condition_dsp", `${net.in} inputs`, condition.in);
  }
  const add = (g: GraphWriter, x: string): string => addWaveNet(g, net, x, condition ? condition.add(g, x) : x);
  return { in: net.in, out: net.out, reach: net.reach + (condition?.reach ?? 0), add };
}

/** A net within a file, of the same sample rate where both are known. */
function readPart(file: Fields, architectures: Architectures, rate: number): Net {
  if (file.has("version")) checkVersion(file.text("version"));
  const own = sampleRate(file);
  if (own !== rate && own !== -1 && rate !== -1)
    throw wrong("unsupported", file.path("sample_rate"), `${rate}, as the whole file's`, own);
  return readNet(file, architectures, rate);
}

/** Samples a second, or -1 where the file does not say. */
function sampleRate(file: Fields): number {
  return file.number("sample_rate", -1);
}
