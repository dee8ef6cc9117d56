import { PREFIX, type Net } from "./weights.ts";
import type { Case } from "./cases.ts";

/**
 * A model file of ours: header length (u64), header (JSON), tensors. https://github.com/huggingface/safetensors#format
 */
export function writeSafetensors(c: Case, net: Net): Uint8Array {
  const description = { format: "unrolled/1", layers: [{ type: c.cell, weights: PREFIX }] };
  const header: Record<string, unknown> = { __metadata__: { unrolled: JSON.stringify(description) } };
  let end = 0;
  for (const [name, { shape, data }] of net) {
    header[name] = { dtype: "F32", shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const json = JSON.stringify(header);
  const padded = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8));
  const file = new Uint8Array(8 + padded.length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded.length), true);
  file.set(padded, 8);
  let at = 8 + padded.length;
  for (const { data } of net.values()) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}
