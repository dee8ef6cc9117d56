// Before run.ts: what a fresh machine lacks, from Debian and npm.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { quietly } from "../hosts/machine.ts";

const here = new URL(".", import.meta.url).pathname;
const missing = ["chromium", "espeak-ng", "ffmpeg"].filter((name) => !existsSync(join("/usr/bin", name)));
if (missing.length > 0) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  quietly("apt-get", ["update", "-qq"], { env });
  quietly("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...missing], { env });
}
// --ignore-scripts: onnxruntime-node holds the CPU's binary, and its script would fetch CUDA's.
if (!existsSync(join(here, "node_modules/onnxruntime-node"))) quietly("npm", ["ci", "--ignore-scripts"], { cwd: here });
