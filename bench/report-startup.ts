import type { StartResults } from "./results.ts";
import { bytes, figures, markdownTable } from "./table.ts";

export function startupReport({ bare, peers }: StartResults): string {
  const head = ["", "cold start, ms", "memory, MB", "to ship: script", "binary", "sum, gzipped", "installed"];
  const rows = Object.entries(peers).map(([name, { ms, p25, p75, megabytes, sizes }]) => [
    name,
    `${figures(ms)} (${figures(p25)} to ${figures(p75)})`,
    figures(megabytes),
    ...(sizes
      ? [
          bytes(sizes.script),
          sizes.binary === 0 ? "–" : bytes(sizes.binary),
          bytes(sizes.script + sizes.binary),
          sizes.installed === 0 ? "–" : bytes(sizes.installed),
        ]
      : ["–", "–", "–", "–"]),
  ]);
  const base = `${figures(bare.ms)} ms and ${figures(bare.megabytes)} MB`;
  return `**Start-up and size**

From the start of the process to the first answer of an LSTM (64, 64), and resident memory, beyond the ${base} of an empty program. The binary of unrolled is inside its script.

${markdownTable(head, rows)}`;
}
