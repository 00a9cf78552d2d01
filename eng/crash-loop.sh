#!/usr/bin/env bash
# Kills the program N times (200 unless told) at random moments and compares how it ends with a run that was left alone.
# usage: eng/crash-loop.sh [N]
set -euo pipefail
cd "$(dirname "$0")/.."
export DYNAMOS_CRASHES=${1:-200} DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet test tests/Host.Tests -c Release --filter FullyQualifiedName~CrashLoop --logger "console;verbosity=detailed"
