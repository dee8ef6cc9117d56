// HDF5: what h5py writes is read; what is damaged or goes round is refused.
import { describe, expect, test } from "vitest";
import { openHdf5, type Hdf5Object } from "../../src/formats/hdf5/hdf5.ts";
import { FormatError } from "../../src/index.ts";
import { kerasModels } from "../support/imported.ts";

const file = (name: string) => Uint8Array.from(kerasModels().find((m) => m.name === name)!.files[0]);
const paths = (object: Hdf5Object): string[] =>
  object.isDataset ? [object.path] : object.names().flatMap((name) => paths(object.find(name)!));

/** Where `bytes` first stand. */
function find(file: Uint8Array, bytes: string, from = 0): number {
  const at = Buffer.from(file.buffer, file.byteOffset, file.byteLength).indexOf(bytes, from, "latin1");
  expect(at).toBeGreaterThanOrEqual(0);
  return at;
}

test("groups, attributes, datasets", () => {
  const root = openHdf5(file("list.h5"));
  expect(root.texts("keras_version")).toEqual(["2.1.6"]);
  expect(root.texts("nothing")).toBeUndefined();
  expect(root.find("model_weights")!.texts("layer_names")).toEqual(["lstm_1"]);
  expect(paths(root)).toEqual(
    ["bias:0", "kernel:0", "recurrent_kernel:0"].map((name) => `model_weights/lstm_1/lstm_1/${name}`),
  );
  expect(root.find("model_weights/lstm_1/lstm_1/kernel:0")!.read().shape).toEqual([3, 8]);
  expect(root.find("model_weights/lstm_2")).toBeUndefined();
  expect(root.find("model_weights/lstm_1/lstm_1/kernel:0/more")).toBeUndefined();
});

test("chunks, deflated, shuffled and summed, hold the numbers of a contiguous dataset", () => {
  for (const chunked of ["chunks.h5", "shuffled.h5"]) {
    const given = Buffer.from(file(chunked)); // whose slice is no copy
    for (const name of paths(openHdf5(file("list.h5")))) {
      expect(openHdf5(given).find(name)!.read()).toEqual(openHdf5(file("list.h5")).find(name)!.read());
    }
    expect(given.equals(file(chunked))).toBe(true);
  }
});

describe("refused", () => {
  const everything = (bytes: Uint8Array) => {
    const root = openHdf5(bytes);
    root.texts("model_config");
    return paths(root).map((path) => root.find(path)!.read());
  };
  const refused = (bytes: Uint8Array, says: string) => {
    expect(() => everything(bytes)).toThrow(FormatError);
    expect(() => everything(bytes)).toThrow(says);
  };

  test("every file cut short", () => {
    const whole = file("list.h5");
    const end = everything(whole).length;
    expect(end).toBe(3);
    for (let n = 0; n < whole.length; n += 97) {
      try {
        everything(whole.slice(0, n)); // what the last bytes hold, nothing may need
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }
  });

  test("another signature, another superblock", () => {
    const bytes = file("list.h5");
    bytes[0] = 0;
    refused(bytes, "signature");
    const later = file("list.h5");
    later[8] = 9;
    refused(later, "superblock of version 0 to 3, got 9");
  });

  test("a tree of groups that leads back to itself", () => {
    const bytes = file("list.h5");
    const tree = find(bytes, "TREE");
    bytes[tree + 5] = 1; // its children are trees
    new DataView(bytes.buffer).setBigUint64(tree + 32, BigInt(tree), true);
    refused(bytes, `a tree that leads back to byte ${tree}`);
  });

  test("an object header that goes on in itself", () => {
    const bytes = file("list.h5");
    const view = new DataView(bytes.buffer);
    const root = Number(view.getBigUint64(64, true));
    view.setUint16(root + 16, 16, true); // its first message: a continuation
    view.setBigUint64(root + 24, BigInt(root + 16), true);
    refused(bytes, `an object header that leads back to byte ${root + 16}`);
  });

  test("a dataset of more than the file can hold", () => {
    const bytes = file("list.h5");
    const at = find(bytes, "\x01\x02\x01\x00\x00\x00\x00\x00\x03\x00\x00\x00"); // a dataspace of two axes, 3 first
    new DataView(bytes.buffer).setBigUint64(at + 8, 2n ** 40n, true);
    refused(bytes, "expected 35184372088832 bytes of data");
  });

  test("deflated data that are longer, or damaged", () => {
    const bytes = file("chunks.h5");
    const at = find(bytes, "x^");
    bytes.fill(0xff, at + 2, at + 20);
    refused(bytes, "deflated data");
  });

  test("a text longer than the file", () => {
    const bytes = file("cells.h5");
    expect(openHdf5(bytes).find("model_weights")!.texts("layer_names")).toHaveLength(5);
    new DataView(bytes.buffer).setBigUint64(find(bytes, "GCOL") + 24, 2n ** 40n, true);
    refused(bytes, "again and again");
  });
});
