// The same by require.
import unrolled = require("unrolled");

const model: unrolled.Model = unrolled.Model.fromSafetensors(new Uint8Array());
const layer: { readonly type: string; readonly outputSize: number } | undefined = model.layers[0];
export = { code: new unrolled.FormatError("shape", "").code, layer };
