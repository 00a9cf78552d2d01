#!/usr/bin/env bash
# A small network for a million steps (or STEPS) with checkpoints and poison: live tensors, memory and open files at the start, in the
# middle and at the end; exit code 1 if the number of live tensors changes. See bench/README.md.
# usage: bench/soak.sh [STEPS]
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build -c Release -v quiet bench/Soak >/dev/null
exec dotnet bench/Soak/bin/Release/net10.0/DynamosStream.Bench.Soak.dll "${1:-1000000}"
