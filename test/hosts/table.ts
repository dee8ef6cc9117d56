// The table of hosts: markdown, and JSON.
import { cpus } from "node:os";
import type { Row } from "./relay.ts";

export function markdown(rows: readonly Row[]): string {
  const lines = rows.map(
    (r) =>
      `| ${r.host} ${r.version} | ${r.way} | ${r.build} | ${r.result} | ${r.cold.toFixed(0)} ms | ${r.step.toFixed(1)} µs | ${r.deterministic.toFixed(1)} µs |`,
  );
  return [
    "| host | way in | build | result | cold start | step | deterministic |",
    "| --- | --- | --- | --- | ---: | ---: | ---: |",
    ...lines,
    "",
    `Measured on ${cpus()[0].model}, ${cpus().length} cores. Cold start: from asking for the package, or starting the thread, ` +
      "to a model's first answer; in workerd what the first request takes more than the second. Step: one timestep of an " +
      "LSTM(64, 64), the least of nine times 10,000, with the build chosen and with `deterministic: true`.",
  ].join("\n");
}
