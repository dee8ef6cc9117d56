// Before run.ts, which imports what this installs.
import { installMachine } from "./machine.ts";

installMachine();
