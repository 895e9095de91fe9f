#!/usr/bin/env bash
# Runs everything: installs what the tests need, restores in locked mode, builds with warnings as errors,
# checks the formatting, runs every test project, the end-to-end tests on the native executable that it publishes.
# Ends with "N passed, N failed, N skipped"; exits non-zero when anything failed.
set -euo pipefail
cd "$(dirname "$0")"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
configuration=Release
results="$PWD/artifacts/test-results"

say() { printf '\n== %s\n' "$*"; }

# name of the command -> Debian package that has it
install_missing() {
    local missing=()
    command -v python3 >/dev/null || missing+=(python3)
    command -v sqlite3 >/dev/null || missing+=(sqlite3)
    command -v git >/dev/null || missing+=(git)
    command -v ssh-keygen >/dev/null || missing+=(openssh-client)
    command -v node >/dev/null || missing+=(nodejs)
    command -v npm >/dev/null || missing+=(npm)
    command -v gcc >/dev/null || command -v clang >/dev/null || missing+=(gcc libc6-dev)
    [ -e /usr/include/zlib.h ] || missing+=(zlib1g-dev)
    if [ ${#missing[@]} -gt 0 ]; then
        say "installing ${missing[*]}"
        local as_root=()
        [ "$(id -u)" = 0 ] || as_root=(sudo)
        "${as_root[@]}" apt-get update -qq
        DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"
    fi
}

command -v apt-get >/dev/null && install_missing
rm -rf "$results"

# The official MCP client of another language; the tests that use it are skipped, and say so, without it.
if command -v npm >/dev/null; then
    say "npm ci"
    npm ci --prefix tests/WreSkills.EndToEnd/Mcp --ignore-scripts --no-audit --no-fund
fi

say "restore, build, format"
dotnet restore --locked-mode
dotnet build --no-restore -c "$configuration"
dotnet format --no-restore --verify-no-changes

status=0
# name of the run, project, further arguments
run_tests() {
    say "$1"
    local name=$1 project=$2
    shift 2
    dotnet test --project "$project" -c "$configuration" --no-build --progress off "$@" \
        --results-directory "$results" --report-xunit-trx --report-xunit-trx-filename "$name.trx" || status=1
}

for project in tests/*/*.csproj; do
    name=$(basename "$project" .csproj)
    [ "$name" = WreSkills.EndToEnd ] || run_tests "$name" "$project"
done

# The end-to-end tests start wre some thousand times: on the native executable that takes a quarter of the time. The
# managed one, which users of the .NET tool get, runs the smoke suite; where nothing can link, it runs everything.
end_to_end=tests/WreSkills.EndToEnd/WreSkills.EndToEnd.csproj
if command -v gcc >/dev/null || command -v clang >/dev/null; then
    say "native executable"
    linker=(); command -v clang >/dev/null || linker=(-p:CppCompilerAndLinker=gcc)
    rid=$(dotnet --info | awk '/^ *RID:/ {print $2; exit}')
    # Packing the native tool publishes it; its packages are installed by a test.
    WRE_PACKAGES="$PWD/artifacts/packages"
    export WRE_PACKAGES
    rm -rf "$WRE_PACKAGES"
    pack() { dotnet pack -c "$configuration" -o "$WRE_PACKAGES" --artifacts-path "$PWD/artifacts/native" -v q "$@"; }
    pack src/WreSkills.Cli -r "$rid" -p:PublishAot=true "${linker[@]}"
    pack src/WreSkills.Cli -p:PublishAot=true
    pack src/WreSkills
    WRE_EXECUTABLE=$(find "$PWD/artifacts/native/publish" -type f -name wre -perm -u+x | head -n 1)
    export WRE_EXECUTABLE
    run_tests WreSkills.EndToEnd "$end_to_end"
    unset WRE_EXECUTABLE
    run_tests WreSkills.EndToEnd.Managed "$end_to_end" --filter-trait "suite=smoke"
else
    run_tests WreSkills.EndToEnd "$end_to_end"
fi

# Sum the counters of all runs. A run without a result file has crashed, which the status above tells.
sum() { grep -ho "<Counters [^>]*" "$results"/*.trx | grep -o " $1=\"[0-9]*\"" | grep -o '[0-9]*' | awk '{s += $1} END {print s + 0}'; }
passed=$(sum passed)
failed=$(($(sum failed) + $(sum error) + $(sum timeout) + $(sum aborted)))
skipped=$(($(sum total) - passed - failed))
[ "$passed" -gt 0 ] || status=1
[ "$failed" -eq 0 ] || status=1
printf '\n%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
exit $status
