const sharp = require("sharp");

const HEIGHT = 64;

/** Grey pixels / 255 of an image 64 high before the net; after it, the best class of each step, repeats and blanks left out. */
exports.OCRBase = class {
  constructor(onnxPath, charsetPath) {
    this._ocrOnnxPath = onnxPath;
    this._charsetPath = charsetPath;
  }

  async _preProcessImage(path) {
    const { data, info } = await sharp(path)
      .resize({ height: HEIGHT })
      .removeAlpha()
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { floatData: Float32Array.from(data, (v) => v / 255), targetHeight: info.height, targetWidth: info.width };
  }

  postProcess(scores, dims, charset) {
    const classes = dims.at(-1);
    let text = "";
    let last = 0;
    for (let i = 0; i < scores.length; i += classes) {
      const step = scores.subarray(i, i + classes);
      const best = step.reduce((at, score, j) => (score > step[at] ? j : at), 0);
      if (best !== last) text += charset[best];
      last = best;
    }
    return text;
  }
};
exports.DetectionBase = class {};
exports.CHARSET_RANGE = {};
