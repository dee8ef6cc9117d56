import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";

const PEERS_FOLDER = fileURLToPath(new URL("./peers/", import.meta.url));

/** The peers' packages are apart from the root's, and heavy: installed the first time they are wanted. */
export function installPeers(): void {
  if (existsSync(`${PEERS_FOLDER}node_modules`)) return;
  console.error("installing the peers (npm ci --prefix bench/peers)");
  execFileSync("npm", ["ci"], { cwd: PEERS_FOLDER, stdio: ["ignore", "ignore", "inherit"] });
}

export interface Runtime {
  readonly binary: string;
  readonly name: string;
  readonly node: string;
  readonly v8: string;
  readonly cpu: string;
}

/** The Node 26 that the peers' package.json brings. */
export function node26(): string {
  const platform = `${process.platform}-${process.arch}`;
  const candidates = ["node", "node-bin"].map((name) => `${PEERS_FOLDER}node_modules/${name}-${platform}/bin/node`);
  const binary = candidates.find(existsSync);
  if (binary === undefined) throw new Error(`no Node 26 for ${platform}: pass --node PATH`);
  return binary;
}

export function describeRuntime(binary: string): Runtime {
  const versions = execFileSync(binary, ["-p", "JSON.stringify(process.versions)"], { encoding: "utf8" });
  const { node, v8 } = JSON.parse(versions) as { node: string; v8: string };
  return { binary, name: `node${node.split(".")[0]}`, node, v8, cpu: cpus()[0]?.model ?? "unknown" };
}
