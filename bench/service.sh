#!/usr/bin/env bash
# 'dynamos serve' under load, as its clients see it: start, the dashboard's first paint, predictions while it learns, intake. See bench/README.md.
# usage: bench/service.sh [SECONDS [SERVE_OPTION...]]
set -euo pipefail
cd "$(dirname "$0")/.."
for project in bench/Service src/Host; do dotnet build -c Release -v quiet "$project" >/dev/null; done
exec dotnet bench/Service/bin/Release/net10.0/DynamosStream.Bench.Service.dll src/Host/bin/Release/net10.0/dynamos.dll "${@:-20}"
