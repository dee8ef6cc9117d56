import { AutoModel, env, Tensor } from "@huggingface/transformers";
import { sileroBy } from "./silero.mjs";

await sileroBy({ AutoModel, env, Tensor }, { config: { model_type: "custom" }, dtype: "fp32" });
