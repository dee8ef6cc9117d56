// tsx bench/importers.ts: what each reader of other tools' files weighs in a page, for the table of docs/api.md.
import { bundled } from "./sizes.ts";

const READERS = {
  index: ["Model"],
  graph: ["graphFromSafetensors"],
  import: ["fromTorch", "fromNpz", "fromKeras", "fromTfjs", "fromRtNeural", "fromNam", "fromGuitarMl", "fromRnnoise"],
};

console.log("| bundle of | KB |\n| --- | --- |");
for (const [entry, names] of Object.entries(READERS)) {
  for (const name of names) {
    const bytes = await bundled(`export { ${name} } from "../../dist/${entry}.js";`);
    console.log(`| \`${name}\` | ${(bytes / 1000).toFixed(1)} |`);
  }
}
