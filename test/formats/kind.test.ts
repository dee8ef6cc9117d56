// What a file is, told by its bytes: files of other tools (kinds.py), and what comes in their place.
import { readFileSync } from "node:fs";
import { unzipSync, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import * as core from "unrolled/core";
import { type FormatError, Model, readSafetensors } from "../../src/index.ts";
import { kindOf, type Kind } from "../../src/formats/kind.ts";
import { Random } from "../support/random.ts";

const files = unzipSync(readFileSync(new URL("kinds.zip", import.meta.url)));
const text = (words: string) => new TextEncoder().encode(words);
const numbers = JSON.stringify(Array.from({ length: 1000 }, (_, i) => [i, "}{:"]));

const KINDS: [string, Kind, Uint8Array][] = [
  ["state.pt", "torch", files["state.pt"]],
  ["scripted.pt", "torchscript", files["scripted.pt"]],
  ["legacy.pt", "pickle", files["legacy.pt"]],
  ["plain.pkl", "pickle", files["plain.pkl"]],
  ["torchscript.onnx", "onnx", files["torchscript.onnx"]],
  ["arrays.npz", "npz", files["arrays.npz"]],
  ["array.npy", "npy", files["array.npy"]],
  ["model.keras", "keras", files["model.keras"]],
  ["model.h5", "hdf5", files["model.h5"]],
  ["model.weights.h5", "hdf5", files["model.weights.h5"]],
  ["HDF5 after a user block", "hdf5", Uint8Array.of(...new Uint8Array(1024), ...files["model.h5"])],
  ["a zip with a comment", "torch", withComment(files["state.pt"], 65535)],
  ["a zip of something else", "zip", zipSync({ "readme.txt": text("text") })],
  ["a zip of nothing", "zip", zipSync({})],
  ["a model.json", "tfjs", text(`{"format":"layers-model","weightsManifest":${numbers},"modelTopology":{}}`)],
  ["RTNeural", "rtneural", text(` {\n "layers": [{"in_shape": 1}], "in_shape": [null, null, 1]}`)],
  ["NAM", "nam", text(`{"version":"0.5.4","weights":${numbers},"architecture":"LSTM"}`)],
  ["keys further in", "json", text(`{"a":{"modelTopology":1,"in_shape":2,"layers":3},"b\\"":"modelTopology:"}`)],
  ["a list", "json", text(`[{"modelTopology":1}]`)],
  ["JSON with a mark before it", "nam", text(`\ufeff{"architecture":1,"weights":2}`)],
  ["a page", "html", text("\r\n<!DOCTYPE html>\n<title>404</title>")],
  ["an XML error", "html", text(`<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>`)],
  ["a pointer", "git-lfs", text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")],
  ["gzip", "gzip", Uint8Array.of(31, 139, 8, 0, 0, 0, 0, 0, 0)],
  ["GGUF", "gguf", text("GGUF\x03\0\0\0\0\0\0")],
  ["TensorFlow Lite", "tflite", text("\x1c\0\0\0TFL3\0\0")],
  ["nothing", "empty", new Uint8Array(0)],
  ["a text", "unknown", text(": this is no model")],
  [
    "a safetensors file",
    "safetensors",
    readFileSync(new URL("../../examples/models/sunspots.safetensors", import.meta.url)),
  ],
];

test.each(KINDS)("%s is %s", (_, kind, file) => {
  expect(kindOf(file)).toBe(kind);
  expect(kindOf(Uint8Array.of(1, 2, 3, ...file).subarray(3))).toBe(kind); // a view on more
});

describe("who reads safetensors is told", () => {
  test.each(KINDS.filter(([, kind]) => !["safetensors", "empty", "unknown"].includes(kind)))("%s", (_, __, file) => {
    const full = refusal(() => Model.fromSafetensors(file));
    expect(full.message).toMatch(
      /^safetensors: expected a safetensors file, whose header begins with {, got (an?|JSON)\b/,
    );
    expect(full.code).toBe("header");
    const small = refusal(() => core.Model.fromSafetensors(file));
    expect(small.message).toBe("safetensors: expected a safetensors file, whose header begins with {, got other bytes");
  });

  test("with what to do", () => {
    expect(refusal(() => readSafetensors(files["state.pt"])).message).toContain(
      "a PyTorch zip: fromTorch of unrolled/import reads it",
    );
    expect(refusal(() => readSafetensors(text("<!doctype html>"))).message).toContain(
      "an HTML page, as a server sends for a file that is not there",
    );
  });
});

test("files cut off or changed anywhere have a kind, at once", () => {
  const random = new Random(1);
  for (const [name, , file] of KINDS.filter(([, , file]) => file.length < 20_000)) {
    const begin = performance.now();
    for (let i = 0; i < 300; i++) {
      const changed = file.slice(0, random.integer(0, file.length));
      for (let k = 0; k < 3 && changed.length > 0; k++)
        changed[random.integer(0, changed.length - 1)] = random.integer(0, 255);
      expect(() => kindOf(changed), name).not.toThrow();
    }
    expect(performance.now() - begin, name).toBeLessThan(3000);
  }
  for (const file of [
    new Uint8Array(1e7).fill(0x5b),
    new Uint8Array(1e7).fill(0x22),
    new Uint8Array(1e7).fill(0x3a),
    text("PK\x03\x04").buffer,
    text("PK\x05\x06").buffer,
  ]) {
    expect(kindOf(new Uint8Array(file))).toMatch(/json|unknown|zip/);
  }
});

function refusal(call: () => unknown): FormatError {
  try {
    call();
  } catch (error) {
    return error as FormatError;
  }
  throw new Error("expected an error, got none");
}

/** A zip with a comment of `length` bytes at its end. */
function withComment(zip: Uint8Array, length: number): Uint8Array {
  const file = new Uint8Array(zip.length + length);
  file.set(zip);
  new DataView(file.buffer).setUint16(zip.length - 2, length, true);
  return file;
}
