import { AutoModel, env, Tensor } from "sillytavern-transformers";
import { sileroBy } from "./silero.mjs";

await sileroBy({ AutoModel, env, Tensor }, { config: { model_type: "custom" }, quantized: false });
