#!/bin/sh
# The three orders of README: how probable a byte language model finds each.
cd "$(dirname "$0")/.." || exit
node dist/cli.js score examples/models/char-lm.safetensors "Time flies like an arrow" "An arrow flies like time" "Arrow an like flies time"
