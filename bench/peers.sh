#!/usr/bin/env bash
# The embedded engine beside eager PyTorch on this machine, alternating, medians of milliseconds and their ratio.
# Needs python3 with torch (Debian: python3-torch). usage: bench/peers.sh [ROUNDS] [CASE:THREADS ...]
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-3}
shift || true
cases=("$@")
[ ${#cases[@]} -gt 0 ] || cases=(step:1 step:2 warmup:1 inference:1 cnn:1 step64:1 step256:1 width64:1 width128:1)
python=${PYTHON:-/usr/bin/python3}

dotnet build -c Release -v quiet bench/Peers >/dev/null
ours() { dotnet bench/Peers/bin/Release/net10.0/DynamosStream.Bench.Peers.dll "$1" "$2" | cut -d' ' -f2; }
peer() { "$python" bench/peer/dynamos_peer.py time "$1" "$2" | cut -d' ' -f2; }
tuned() { MALLOC_TRIM_THRESHOLD_=4294967296 MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TOP_PAD_=268435456 peer "$1" "$2"; }
median() { sort -g | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

printf '%-10s %7s %12s %12s %22s %7s\n' case threads engine PyTorch 'PyTorch, big malloc' ratio
for entry in "${cases[@]}"; do
  name=${entry%:*} threads=${entry#*:}
  a='' b='' c=''
  for _ in $(seq "$rounds"); do
    a+="$(ours "$name" "$threads")"$'\n' b+="$(peer "$name" "$threads")"$'\n' c+="$(tuned "$name" "$threads")"$'\n'
  done
  a=$(printf %s "$a" | median) b=$(printf %s "$b" | median) c=$(printf %s "$c" | median)
  awk -v n="$name" -v t="$threads" -v a="$a" -v b="$b" -v c="$c" \
    'BEGIN { printf "%-10s %7d %9.1f ms %9.1f ms %19.1f ms %7.2f\n", n, t, a, b, c, a / b }'
done
