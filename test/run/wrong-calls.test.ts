// Calls without what they need, or with something else in its place, say what was expected.
import { describe, expect, test } from "vitest";
import { compile, Model, readSafetensors, writeSafetensors } from "../../src/index.ts";
import { example } from "../support/models.ts";

type Call = (value: never) => unknown;

const [lm, id, sunspots] = ["char-lm", "language-id-rnn", "sunspots"].map((name) => example(name));

const CALLS: [string, Call, RegExp][] = [
  ["Model.fromTensors(tensors)", (v) => Model.fromTensors(v), /^tensors: expected an array, got /],
  ["Model.fromTensors([], options)", (v) => Model.fromTensors([], v), /^options: expected { .* }, got /],
  ["model.run(x, options)", (v) => sunspots.run([1], v), /^options: expected { .* }, got /],
  ["model.encode(x, options)", (v) => sunspots.encode([1], v), /^options: expected { .* }, got /],
  ["model.encodeBatch(inputs)", (v) => sunspots.encodeBatch(v), /^inputs: expected an array, got /],
  ["model.classify(x, options)", (v) => id.classify("a", v), /^options: expected { top }, got /],
  ["model.forecast(x, options)", (v) => sunspots.forecast([1], v), /^options: expected { steps }, got /],
  ["model.generate(options)", (v) => lm.generate(v), /^options: expected { prompt, length, .* }, got /],
  ["model.generateEach(options)", (v) => [...lm.generateEach(v)], /^options: expected { prompt, length, .* }, got /],
  ["stream.generate(options)", (v) => lm.stream().generate(v), /^options: expected { prompt, length, .* }, got /],
  [
    "stream.generateEach(options)",
    (v) => [...lm.stream().generateEach(v)],
    /^options: expected { prompt, length, .* }, got /,
  ],
  ["stream.step(x)", (v) => sunspots.stream().step(v), /^x: expected an array of 1 features, got /],
  ["stream.step(x, y)", (v) => sunspots.stream().step([1], v), /^y: expected a Float32Array, got /],
  ["stream.process(input, output)", (v) => sunspots.stream().process([1], v), /^output: expected a Float32Array, got /],
  ["compile(options)", (v) => compile(v), /^options: expected { deterministic, integers }, got /],
  ["writeSafetensors(tensors)", (v) => writeSafetensors(v), /^tensors: expected an array, got /],
  ["writeSafetensors([], metadata)", (v) => writeSafetensors([], v), /^metadata: expected an object, got /],
  ["readSafetensors(file)", (v) => readSafetensors(v), /^file: expected a Uint8Array, got /],
  [
    "new Model(value)",
    (v) => new (Model as unknown as new (value: unknown) => Model)(v),
    /^new Model: expected Model\.fromSafetensors\(file\) or /,
  ],
];

describe.each(CALLS)("%s", (name, call, words) => {
  test.each([
    [null, "null"],
    [3, "number"],
    ["text", "string"],
    [true, "boolean"],
  ])("%s", (value, kind) => {
    const outcome = () => call(value as never);
    expect(outcome).toThrow(TypeError);
    expect(outcome).toThrow(words);
    if (!name.startsWith("new") && !name.startsWith("readSafetensors"))
      expect(outcome).toThrow(new RegExp(`got ${kind}$`));
  });
});

test.each(CALLS.filter(([name]) => /forecast|generate|tensors\)|inputs|new|file|step\(x\)/i.test(name)))(
  "%s without it",
  (_, call, words) => {
    expect(() => (call as (value?: unknown) => unknown)()).toThrow(words);
  },
);
