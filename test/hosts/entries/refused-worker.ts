// A Worker bundled without the export condition "workerd".
import * as unrolled from "unrolled";
import { firstAnswer } from "../nets.ts";

export default {
  fetch(): Response {
    try {
      return new Response(`ran: ${firstAnswer(unrolled)}`);
    } catch (error) {
      return new Response(String(error));
    }
  },
};
