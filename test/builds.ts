// The whole suite on every build: npm run test:builds [base debug relaxed debug-relaxed].
// Node 20 has no relaxed SIMD: those builds run under UNROLLED_NODE, or under node@26 from the registry.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

process.chdir(new URL("..", import.meta.url).pathname);

/** `f32x4.relaxed_madd`. */
const PROBE = "0061736d010000000105016000017b030201000a13011100" + "4100fd114100fd114100fd11fd85020b";
const own = WebAssembly.validate(Buffer.from(PROBE, "hex"));

/** A Node that has relaxed SIMD, as a command. */
function relaxedNode(): string[] {
  if (own) return [process.execPath];
  const hosts = "test/hosts/node_modules/node/bin/node";
  const found = process.env.UNROLLED_NODE ?? (existsSync(hosts) ? hosts : undefined);
  return found ? [found] : ["npx", "-y", "-p", "node@26", "node"];
}

const builds = process.argv.length > 2 ? process.argv.slice(2) : ["base", "debug", "relaxed", "debug-relaxed"];
if (builds.includes("debug-relaxed")) {
  const asc = [
    "assembly/index.ts",
    "--config",
    "asconfig.json",
    "--target",
    "debug",
    "--enable",
    "simd,relaxed-simd",
    "--use",
    "RELAXED=1",
    "--outFile",
    "build/debug-relaxed.wasm",
  ];
  if (
    spawnSync(process.execPath, ["node_modules/assemblyscript/bin/asc.js", ...asc], { stdio: "inherit" }).status !== 0
  )
    process.exit(1);
}

const failed: string[] = [];
for (const build of builds) {
  const [command, ...args] = build.endsWith("relaxed") ? relaxedNode() : [process.execPath];
  console.log(`\n${build}: ${command} ${args.join(" ")}`);
  const run = [
    "node_modules/vitest/vitest.mjs",
    "run",
    "--config",
    process.env.UNROLLED_CONFIG ?? "test/vitest.config.ts",
  ];
  const { status } = spawnSync(command, [...args, ...run], {
    stdio: "inherit",
    env: { ...process.env, UNROLLED_BUILD: build },
  });
  if (status !== 0) failed.push(build);
}
if (failed.length > 0) {
  console.error(`failed on ${failed.join(", ")}`);
  process.exit(1);
}
