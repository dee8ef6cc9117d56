/** A field of a zip's records, little-endian. */
const field = (size: 2 | 4 | 8, value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes.subarray(0, size);
};

/** What a record says other than the truth. */
export interface Lies {
  readonly flags?: number;
  readonly method?: number;
  readonly packed?: number;
  readonly size?: number;
  readonly offset?: number;
  readonly local?: string;
}

/** A zip archive of files as they are, without CRCs; `lies` are told of the file of that name. */
export function zipOf(
  files: readonly (readonly [string, Uint8Array])[],
  lies: Readonly<Record<string, Lies>> = {},
): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, bytes] of files) {
    const {
      flags = 0,
      method = 0,
      packed = bytes.length,
      size = bytes.length,
      offset = at,
      local = name,
    } = lies[name] ?? {};
    const common = Buffer.concat([
      field(2, 20),
      field(2, flags),
      field(2, method),
      field(4, 0),
      field(4, 0),
      field(4, packed),
      field(4, size),
    ]);
    const head = Buffer.concat([
      Buffer.from("PK\x03\x04"),
      common,
      field(2, Buffer.byteLength(local)),
      field(2, 0),
      Buffer.from(local),
    ]);
    parts.push(head, Buffer.from(bytes));
    directory.push(
      Buffer.concat([
        Buffer.from("PK\x01\x02"),
        field(2, 20),
        common,
        field(2, Buffer.byteLength(name)),
        field(2, 0),
        field(2, 0),
        field(2, 0),
        field(2, 0),
        field(4, 0),
        field(4, offset),
        Buffer.from(name),
      ]),
    );
    at += head.length + bytes.length;
  }
  const entries = Buffer.concat(directory);
  const count = field(2, files.length);
  return new Uint8Array(
    Buffer.concat([
      ...parts,
      entries,
      Buffer.from("PK\x05\x06"),
      field(4, 0),
      count,
      count,
      field(4, entries.length),
      field(4, at),
      field(2, 0),
    ]),
  );
}
