import type { At, Lowering } from "../abi/lowering.ts";
import { Rows, Word } from "../abi/layout.ts";
import { FormatError } from "../check.ts";
import { walkOuter } from "../abi/walk.ts";
import { broadcast, broadcastSteps, countOf, isFloat, op, ROW, sameWord, stepsOf } from "./op.ts";

/** y [..., n, m] = a [..., n, k] b [..., k, m]; the axes before them broadcast. */
export const matmul = op({
  inputs: [2, 2],
  attributes: {},
  infer(call) {
    const [a, b] = call.inputs.map((v) => v!);
    sameWord(call, a, b);
    const k = a.type.shape[a.type.shape.length - 1];
    if (a.type.shape.length < 2 || b.type.shape.length < 2 || b.type.shape[b.type.shape.length - 2] !== k) {
      throw new FormatError(
        "shape",
        `${call.name}: expected [n, k] and [k, m], got [${a.type.shape}] and [${b.type.shape}]`,
      );
    }
    const batch = broadcast(call, a.type.shape.slice(0, -2), b.type.shape.slice(0, -2));
    return [
      {
        dtype: a.type.dtype,
        shape: [...batch, a.type.shape[a.type.shape.length - 2], b.type.shape[b.type.shape.length - 1]],
      },
    ];
  },
  reach({ inputs }, time) {
    const [n, m] = inputs.map((v, i) => (time[i] === undefined ? -1 : v!.type.shape.length - time[i]));
    return n !== 1 && m !== 1 && m !== 2 ? ROW : "whole";
  },
  lower({ name, inputs: [a, b] }, [y], to) {
    const batch = y.type.shape.slice(0, -2);
    const [n, m] = y.type.shape.slice(-2);
    const k = a!.type.shape[a!.type.shape.length - 1];
    const matrices = (shape: readonly number[]) =>
      broadcastSteps(shape.slice(0, -2), batch).map((s) => s * shape[shape.length - 2] * shape[shape.length - 1]);
    const w = walkOuter(
      name,
      batch,
      { at: to.at(y), steps: stepsOf(batch).map((s) => s * n * m) },
      ...[a!, b!].map((v) => ({ at: to.at(v), steps: matrices(v.type.shape) })),
    );
    if (!w || n * m === 0) return;
    const { data } = b!.constant ?? {};
    if (data instanceof Int32Array && data.length === k * m && k > 0 && data.every((v) => v === (v << 16) >> 16)) {
      to.record("IntegerMatmulRecord", {
        y: to.at(y),
        a: to.at(a!),
        weights: shortPanels(to, data, k, m),
        room: to.scratch(Math.min(countOf(y.type.shape) / m, Rows.SHORT) * 4 * Math.ceil(k / 2)),
        rows: countOf(y.type.shape) / m,
        inputs: k,
        columns: m,
      });
      return;
    }
    to.record(
      "MatmulRecord",
      {
        ...w.words,
        word: isFloat(a!.type.dtype) ? Word.FLOAT : Word.INT,
        n,
        k,
        m,
        aRow: k * 4,
        aColumn: 4,
        bRow: m * 4,
        bColumn: 4,
      },
      w.lists,
    );
  },
});

/** b [k, m] of int16, packed as assembly/ops/integer_matmul.ts draws it. */
function shortPanels(to: Lowering, b: Int32Array, k: number, m: number): At {
  const bytes = 64 * Math.ceil(k / 2) * Math.ceil(m / 16);
  return to.weights(b, `int16 ${k} ${m}`, bytes, (_, out) => {
    let i = 0;
    for (let panel = 0; panel < m; panel += 16)
      for (let row = 0; row < k; row += 2)
        for (let column = panel; column < panel + 16; column++, i++) {
          const at = row * m + column;
          out[i] = column < m ? (b[at] & 0xffff) | ((b[at + m] ?? 0) << 16) : 0;
        }
  });
}
