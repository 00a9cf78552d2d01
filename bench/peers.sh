#!/usr/bin/env bash
# The embedded engine beside eager PyTorch on this machine, in one run: see bench/README.md.
# usage: bench/peers.sh [ROUNDS [MNIST_FOLDER]]; PYTHON names a python3 with torch (Debian: python3-torch).
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-3}
mnist=${2:-}
python=${PYTHON:-/usr/bin/python3}
samples=640

for project in bench/Peers bench/Kernels src/Host; do dotnet build -c Release -v quiet "$project" >/dev/null; done
peers=bench/Peers/bin/Release/net10.0/DynamosStream.Bench.Peers.dll
kernels=bench/Kernels/bin/Release/net10.0/DynamosStream.Bench.Kernels.dll
host=src/Host/bin/Release/net10.0/dynamos.dll
peer=bench/peer/dynamos_peer.py
tuned=(env MALLOC_TRIM_THRESHOLD_=4294967296 MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TOP_PAD_=268435456)
median() { sort -g | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

echo "machine: $(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo), $(nproc) cores, $(grep -q avx512f /proc/cpuinfo && echo AVX-512 || echo AVX2); .NET $(dotnet --version), PyTorch $("$python" -c 'import torch; print(torch.__version__)')"

printf '\n%-10s %7s %12s %12s %22s %7s\n' case threads engine PyTorch 'PyTorch, big malloc' ratio
declare -A ratio
for entry in step:1 step:2 warmup:1 inference:1 cnn:1 step64:1 step256:1 width64:1 width128:1; do
  name=${entry%:*} threads=${entry#*:}
  a='' b='' c=''
  for _ in $(seq "$rounds"); do
    a+="$(dotnet "$peers" "$name" "$threads" | cut -d' ' -f2)"$'\n'
    b+="$("$python" "$peer" time "$name" "$threads" | cut -d' ' -f2)"$'\n'
    c+="$("${tuned[@]}" "$python" "$peer" time "$name" "$threads" | cut -d' ' -f2)"$'\n'
  done
  a=$(printf %s "$a" | median) b=$(printf %s "$b" | median) c=$(printf %s "$c" | median)
  ratio[$entry]=$(awk -v a="$a" -v b="$b" 'BEGIN { printf "%.2f", a / b }')
  awk -v n="$name" -v t="$threads" -v a="$a" -v b="$b" -v c="$c" -v r="${ratio[$entry]}" \
    'BEGIN { printf "%-10s %7d %9.1f ms %9.1f ms %19.1f ms %7s\n", n, t, a, b, c, r }'
done

# Two outputs whose lines begin with the same keys, side by side.
beside() { paste -d" " "$1" "$2" | awk "$3"; }
ours=$(mktemp) theirs=$(mktemp)
trap 'rm -f "$ours" "$theirs"' EXIT

printf '\n%-10s %12s %12s   one step, one thread\n' phase engine PyTorch
dotnet "$peers" phases 1 >"$ours"
"$python" "$peer" phases 1 >"$theirs"
beside "$ours" "$theirs" '{ printf "%-10s %9.2f ms %9.2f ms\n", $1, $2, $4 }'

echo
dotnet "$kernels" 1 16 >"$ours"
"$python" "$peer" convolutions 1 16 >"$theirs"
head -2 "$ours"
sed -i 1,2d "$ours"
printf '%-16s %-16s %19s %19s   batch 16, one thread\n' shape pass engine PyTorch
beside "$ours" "$theirs" '$1 != $5 || $2 != $6 { print "rows differ: " $0; exit 1 } { printf "%-16s %-16s %5d us %4d GFLOP/s %5d us %4d GFLOP/s\n", $1, $2, $3, $4, $7, $8 }'

memory=-
if [ -n "$mnist" ]; then
  ours_mib=$(dotnet "$host" run --stream mnist-360 --data-dir "$mnist" --limit "$samples" --quiet | awk '$1 == "memory" { print $2 }')
  peer_mib=$("$python" "$peer" memory "$mnist" "$samples" | awk '$1 == "memory" { print $2 }')
  memory=$(awk -v a="$ours_mib" -v b="$peer_mib" 'BEGIN { printf "%.2f", a / b }')
  printf '\npeak resident memory, first %d samples of MNIST-360 and its test: engine %d MiB, PyTorch %d MiB\n' "$samples" "$ours_mib" "$peer_mib"
fi

printf '\nratio step=%s step2=%s infer=%s plain=%s memory=%s\n' \
  "${ratio[step:1]}" "${ratio[step:2]}" "${ratio[inference:1]}" "${ratio[cnn:1]}" "$memory"
