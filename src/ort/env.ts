/** Flags of onnxruntime's backends. None has an effect: there is one thread, no file to find, and no other backend. */
export interface Env {
  logLevel?: "verbose" | "info" | "warning" | "error" | "fatal";
  debug?: boolean;
  trace?: boolean;
  readonly versions: { readonly common: string };
  readonly wasm: { [flag: string]: any };
  readonly webgl: any;
  readonly webgpu: any;
  [name: string]: unknown;
}

/** Settable as onnxruntime's, and without effect. `versions.common`: the version of the API. */
export const env: Env = {
  logLevel: "warning",
  debug: false,
  trace: false,
  versions: { common: "1.30.0" },
  wasm: {},
  webgl: {},
  webgpu: {},
};
