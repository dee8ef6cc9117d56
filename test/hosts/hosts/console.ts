// Node, Deno and Bun: programs that read their argument and print.
import { join } from "node:path";
import { binaries, quietly, version } from "../machine.ts";
import type { Project } from "../project.ts";
import type { Answer, Relay } from "../relay.ts";

export async function consoles(relay: Relay, { folder }: Project): Promise<void> {
  const run = (binary: string, ...args: string[]) => JSON.parse(quietly(binary, args, { cwd: folder })) as Answer;

  for (const name of ["node", "node22", "node24", "node26"] as const) {
    const node = binaries[name];
    await relay.turn("Node", version(node), "import", (job) => run(node, "console.js", JSON.stringify(job)));
    await relay.turn("Node", version(node), "require", (job) => run(node, "require.cjs", JSON.stringify(job)));
  }

  const { deno, bun } = binaries;
  await relay.turn("Deno", version(deno), "no permission given", (job) =>
    run(deno, "run", "--no-prompt", "--cached-only", "console.js", JSON.stringify(job)),
  );
  await relay.turn("Bun", version(bun), "import", (job) => run(bun, "console.js", JSON.stringify(job)));
  await relay.turn("Bun", version(bun), "build --compile", (job) => {
    quietly(bun, ["build", "--compile", "console.js", "--outfile", "compiled"], { cwd: folder });
    return run(join(folder, "compiled"), JSON.stringify(job));
  });
}
