// Before run.ts: what a fresh machine lacks, from Debian and npm. What cannot be had is told, and run.ts skips what
// needs it.
import { installDebian, installModules } from "../hosts/machine.ts";
import { DEBIAN, lackOf } from "./needs.ts";

function attempt(install: () => void): void {
  try {
    install();
  } catch (error) {
    console.log(`skipped: ${(error as Error).message.slice(0, 500)}`);
  }
}

attempt(() => installDebian(DEBIAN));
for (const name of Object.keys(DEBIAN)) if (lackOf([name])) attempt(() => installDebian({ [name]: DEBIAN[name] }));
// --ignore-scripts: onnxruntime-node holds the CPU's binary, and its script would fetch CUDA's.
attempt(() => installModules(new URL(".", import.meta.url).pathname, "--ignore-scripts"));
