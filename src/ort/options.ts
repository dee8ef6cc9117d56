import { shown } from "../check.ts";
import type { RunOptions, SessionOptions } from "./types.ts";

/** Options that change how fast onnxruntime answers, or what it prints, and no answer. */
const WITHOUT_EFFECT = [
  "executionProviders",
  "intraOpNumThreads",
  "interOpNumThreads",
  "graphOptimizationLevel",
  "enableCpuMemArena",
  "enableMemPattern",
  "executionMode",
  "enableProfiling",
  "profileFilePrefix",
  "logId",
  "logSeverityLevel",
  "logVerbosityLevel",
  "enableGraphCapture",
];
const READ = ["freeDimensionOverrides", "externalData", "preferredOutputLocation", "optimizedModelFilePath", "extra"];

/** Settings of onnxruntime's own that change no answer. */
const EXTRA_WITHOUT_EFFECT =
  /^(memory\.|ep\.|session\.(disable_prepacking|disable_cpu_ep_fallback|use_env_allocators|use_device_allocator|use_mmap|use_ort_model|intra_op|inter_op|force_spinning|load_model_format|save_model_format))/;

/** Throws TypeError for an option that is unknown, or that changes an answer. */
export function checkSessionOptions(options: SessionOptions): void {
  checkNames("options", options, [...WITHOUT_EFFECT, ...READ]);
  const { preferredOutputLocation: location, optimizedModelFilePath: path, extra } = options;
  const places = typeof location === "object" && location !== null ? Object.values(location) : [location ?? "cpu"];
  const other = places.find((place) => place !== "cpu");
  if (other !== undefined) throw new TypeError(`options.preferredOutputLocation: expected cpu, got ${shown(other)}`);
  if (path !== undefined)
    throw new TypeError(`options.optimizedModelFilePath: expected none, for nothing is written, got ${shown(path)}`);
  checkExtra("options.extra", extra);
}

export function checkRunOptions(options: RunOptions): void {
  checkNames("options", options, ["logSeverityLevel", "logVerbosityLevel", "tag", "terminate", "extra"]);
  if (options.terminate) throw new TypeError("options.terminate: expected false, got true");
  checkExtra("options.extra", options.extra);
}

function checkNames(label: string, options: object, names: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !names.includes(name) && options[name as never] !== undefined);
  if (unknown !== undefined) throw new TypeError(`${label}: expected ${names.join(", ")}, got ${shown(unknown)}`);
}

/** onnxruntime joins the names of nested settings by points. */
function checkExtra(label: string, extra: unknown, path = ""): void {
  if (extra === undefined) return;
  if (typeof extra === "object" && extra !== null) {
    for (const [name, value] of Object.entries(extra)) checkExtra(label, value, path ? `${path}.${name}` : name);
  } else if (!EXTRA_WITHOUT_EFFECT.test(path))
    throw new TypeError(`${label}: expected settings that change no answer, got ${shown(path)}`);
}
