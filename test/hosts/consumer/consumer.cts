// The same by require.
import unrolled = require("unrolled");
import core = require("unrolled/core");

const model: unrolled.Model = unrolled.Model.fromSafetensors(new Uint8Array());
const small: core.Model = core.Model.fromTensors([]);
const layer: { readonly type: string; readonly outputSize: number } | undefined = model.layers[0];
export = { code: new unrolled.FormatError("shape", "").code, layer, small };
