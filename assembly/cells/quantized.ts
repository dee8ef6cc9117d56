// h as ONNX Runtime's DynamicQuantizeLSTM rounds it before its product: to uint8 over the range of 0 and all rows.
//
//   scale = (max - min) / 255, zero = round(-min / scale), q = round(h / scale) + zero within [0, 255]
import { padded } from "../lanes";

/** to [rows, width] = (q - zero) * scale, rows in whole vectors, as those of h; returns `to`. */
export function rounded(to: usize, h: usize, width: i32, rows: i32): usize {
  const row = (<usize>padded(width)) << 2;
  let least: f32 = 0,
    most: f32 = 0;
  for (let r = 0; r < rows; ++r) {
    for (let k = 0; k < width; ++k) {
      const v = load<f32>(h + row * r + ((<usize>k) << 2));
      least = min(least, v);
      most = max(most, v);
    }
  }
  const scale: f32 = most == least ? 1 : (most - least) / 255;
  const zero = nearest(max<f32>(0, min<f32>(255, -least / scale)));
  for (let r = 0; r < rows; ++r) {
    for (let k = 0; k < width; ++k) {
      const at = row * r + ((<usize>k) << 2);
      const q = max<f32>(0, min<f32>(255, nearest(load<f32>(h + at) / scale) + zero));
      store<f32>(to + at, (q - zero) * scale);
    }
  }
  return to;
}
