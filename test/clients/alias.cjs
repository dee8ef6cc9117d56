// Before a client, by --require: its imports of onnxruntime go to $ENGINE, and the outputs of every run are kept.
const Module = require("node:module");
const { writeFileSync } = require("node:fs");
const { pathToFileURL } = require("node:url");

const NAMES = /^onnxruntime-(node|web)(\/wasm)?$/;
const own = process.env.ENGINE === "unrolled" ? require.resolve("../../dist/cjs/ort.js") : undefined;
/** Of each session in the order of its creation, the outputs of its runs in their order. */
const outputsOf = [];
process.on("exit", () => writeFileSync(process.env.OUTPUTS, Buffer.concat(outputsOf.flat())));

/** Counted over all sessions: `ms` is the time from calling `run` to its promise's resolving, `running` the open ones. */
const counted = (globalThis.counted = { engine: undefined, runs: 0, running: 0, ms: 0, createMs: 0 });

const load = Module._load;
const watched = new Set();
Module._load = function (request, parent, isMain) {
  if (!NAMES.test(request)) return load.call(this, request, parent, isMain);
  counted.engine = own ?? Module._resolveFilename(request, parent);
  const engine = load.call(this, own ?? request, parent, isMain);
  watch(engine.InferenceSession);
  return engine;
};

/** What a client imports is what it would require. */
const hooks = `export async function resolve(specifier, context, next) {
  if (!${NAMES}.test(specifier)) return next(specifier, context);
  return { url: "engine:" + specifier + "?" + encodeURIComponent(context.parentURL), shortCircuit: true };
}
export async function load(url, context, next) {
  if (!url.startsWith("engine:")) return next(url, context);
  const [specifier, parent] = url.slice(7).split("?");
  const source = 'import { createRequire } from "node:module"; const engine = createRequire(' + JSON.stringify(decodeURIComponent(parent)) + ')("' + specifier + '");' +
    'export const { InferenceSession, Tensor, env } = engine; export default engine;';
  return { format: "module", source, shortCircuit: true };
}`;
Module.register(`data:text/javascript,${encodeURIComponent(hooks)}`, pathToFileURL(__filename));

function watch(Sessions) {
  if (watched.has(Sessions)) return;
  watched.add(Sessions);
  const create = Sessions.create;
  Sessions.create = async function (...given) {
    const kept = [];
    outputsOf.push(kept);
    const before = performance.now();
    const session = await create.apply(this, given);
    counted.createMs += performance.now() - before;
    const run = session.run;
    session.run = async (...args) => {
      counted.running++;
      const from = performance.now();
      const outputs = await run.apply(session, args).finally(() => counted.running--);
      counted.ms += performance.now() - from;
      counted.runs++;
      for (const name of session.outputNames) {
        const { data } = outputs[name];
        if (data instanceof Float32Array) kept.push(Buffer.from(Float32Array.from(data).buffer));
      }
      return outputs;
    };
    return session;
  };
}
