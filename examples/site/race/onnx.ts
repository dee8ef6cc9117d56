// An ONNX file of one cell with random weights: x, h (and c) [1, 1, size] to h_n (and c_n).
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
type Bytes = readonly number[] | Uint8Array;

const utf8 = (text: string) => new TextEncoder().encode(text);

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return [...bytes, value];
}

function join(parts: readonly Bytes[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const int = (field: number, value: number): Bytes => [...varint(field * 8), ...varint(value)];
const chunk = (field: number, content: Bytes): Uint8Array =>
  join([varint(field * 8 + 2), varint(content.length), content]);
const message = (field: number, ...parts: Bytes[]): Uint8Array => chunk(field, join(parts));

const FLOAT = 1;

const port = (field: number, name: string, dims: readonly number[]): Uint8Array => {
  const shape = message(2, ...dims.map((d) => message(1, int(1, d))));
  return message(field, chunk(1, utf8(name)), message(2, message(1, int(1, FLOAT), shape)));
};

function weights(name: string, dims: readonly number[]): Uint8Array {
  const count = dims.reduce((a, b) => a * b);
  const values = Float32Array.from({ length: count }, () => (Math.random() - 0.5) / Math.sqrt(dims[2] ?? 1));
  const raw = new Uint8Array(values.buffer);
  return message(5, ...dims.map((d) => int(1, d)), int(2, FLOAT), chunk(8, utf8(name)), chunk(9, raw));
}

export function cellFile(cell: "LSTM" | "GRU", inputs: number, hidden: number): Uint8Array {
  const rows = (cell === "LSTM" ? 4 : 3) * hidden;
  const states = cell === "LSTM" ? ["h", "c"] : ["h"];
  const attribute = (name: string, value: number) => message(5, chunk(1, utf8(name)), int(3, value), int(20, 2));
  const node = message(
    1,
    ...["x", "W", "R", "B", "", ...states].map((name) => chunk(1, utf8(name))),
    ...["", ...states.map((name) => `${name}_n`)].map((name) => chunk(2, utf8(name))),
    chunk(4, utf8(cell)),
    attribute("hidden_size", hidden),
    ...(cell === "GRU" ? [attribute("linear_before_reset", 1)] : []),
  );
  const graph = message(
    7,
    node,
    chunk(2, utf8("cell")),
    weights("W", [1, rows, inputs]),
    weights("R", [1, rows, hidden]),
    weights("B", [1, 2 * rows]),
    port(11, "x", [1, 1, inputs]),
    ...states.map((name) => port(11, name, [1, 1, hidden])),
    ...states.map((name) => port(12, `${name}_n`, [1, 1, hidden])),
  );
  return join([int(1, 8), graph, message(8, int(2, 17))]);
}
