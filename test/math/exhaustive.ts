// npm run test:exhaustive [-- tanh sigmoid exp]: every float32 through each
// activation, a table of the worst error by binade; some minutes a function.
// The relaxed build needs a host that has relaxed SIMD, such as Node 22.
import { BOUNDS, compileRegions, measure, type Build, type Name } from "./ulp.ts";

const names = process.argv.length > 2 ? (process.argv.slice(2) as Name[]) : (["tanh", "sigmoid", "exp"] as const);
const builds: Build[] = Number(process.versions.node.split(".")[0]) >= 22 ? ["base", "relaxed"] : ["base"];

for (const build of builds) {
  const regions = compileRegions(build);
  for (const name of names) {
    const seen = measure(regions, name, 1);
    const { ulp, back } = BOUNDS[name];
    const kept = seen.worst <= ulp && seen.outside + seen.lostNaN + seen.notOdd === 0 && seen.deepest <= back;
    if (!kept) process.exitCode = 1;
    console.log(
      `${name}, ${build}: ${seen.worst.toFixed(3)} ULP at ${seen.at}, got ${seen.got}, want ${seen.want}; bound ${ulp}: ${kept ? "kept" : "BROKEN"}`,
    );
    console.log(
      `  outside ${seen.outside}, NaN lost ${seen.lostNaN}, not odd ${seen.notOdd}, falls ${seen.falls} of ${seen.inputs}, deepest ${seen.deepest} ULP`,
    );
    console.log("  |x| from     x > 0   x < 0");
    let above = "";
    seen.binades.forEach(({ positive, negative }, e) => {
      const row = `${positive.toFixed(3)}   ${negative.toFixed(3)}`;
      if (row !== above) console.log(`  ${(e === 0 ? "0" : `2^${e - 127}`).padEnd(10)} ${row}`);
      above = row;
    });
  }
}
