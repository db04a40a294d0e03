#!/bin/sh
# Everything that wants a GPU, in one run: operation table, recipes, parity with the CPU, speed. Prints a table.
#
#   bench/gpu.sh --pack FOLDER     builds, and puts all that a run needs into FOLDER: Java, jars, this script; and into
#                                  FOLDER.tar.xz, some 40 MB, for machines that little can be carried to
#   FOLDER/gpu.sh [OPTIONS]        runs from there, on a machine with neither a JDK nor Maven
#
#   --device D     cuda (as it stands), opencl, cpu
#   --small        small sizes and few steps: a rehearsal, on PoCL for example
#   --data FOLDER  with tinyshakespeare/*.txt and mnist for the recipes, which otherwise train on what is built in
#   --torch FILE   a program for python3 that prints lines of JSON as peers do, run before ours: gpu_torch.py beside this
#   --skip LIST    parts to leave out: table,speed,parity,recipes, which run in this order
#   --limit S      seconds for all: what is not begun by then is left out, what runs is stopped, and both are told
#   --out FOLDER   where logs go (gpu-results)
#
# What fails keeps nothing else from running; the last line names it, and the exit status is then 1.
set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
device=cuda small='' data='' torch='' out=gpu-results skip='' pack='' limit=''

die() {
  printf 'gpu.sh: %s\n' "$*" >&2
  exit 2
}

while [ $# -gt 0 ]; do
  case $1 in
    --small) small=1 ;;
    --pack | --device | --data | --torch | --out | --skip | --limit)
      [ $# -ge 2 ] || die "$1 wants a value"
      case $1 in
        --pack) pack=$2 ;;
        --device) device=$2 ;;
        --data) data=$2 ;;
        --torch) torch=$2 ;;
        --out) out=$2 ;;
        --skip) skip=,$2, ;;
        --limit) limit=$2 ;;
      esac
      shift
      ;;
    *) die "unknown option $1; the options are at the beginning of $0" ;;
  esac
  shift
done

if [ -n "$pack" ]; then
  root=$here/..
  "$root/jacquard" --version >/dev/null || die "the build failed"
  mkdir -p "$pack/lib" || die "cannot write $pack"
  while read -r jar; do cp "$root/target/app/$jar" "$pack/lib/"; done <"$root/target/app/classpath"
  tests=$(ls "$root"/tensor/target/launch/*-tests.jar "$root"/tensor/target/*-tests.jar 2>/dev/null | head -n 1)
  [ -n "$tests" ] || die "no test jar of tensor: run ./jacquard test -pl tensor -DskipTests first"
  cp "$tests" "$pack/lib/tensor-tests.jar"
  # the JDK that the launcher found, which may be another than the one on the PATH
  jdk=$(JACQUARD_JAVA_OPTS=-XshowSettings:properties "$root/jacquard" --version 2>&1 | sed -n 's/^ *java\.home = //p')
  rm -rf "$pack/runtime"
  "$jdk/bin/jlink" --compress zip-0 --strip-debug --no-header-files --no-man-pages --output "$pack/runtime" \
    --add-modules java.base,java.desktop,java.logging,java.management,java.net.http,jdk.incubator.vector,jdk.management,jdk.unsupported ||
    die "jlink of $jdk failed"
  cp "$here/gpu.sh" "$here/gpu_torch.py" "$pack/"
  tar -C "$(dirname -- "$pack")" -cJf "$pack.tar.xz" "$(basename -- "$pack")" || die "cannot write $pack.tar.xz"
  du -sh "$pack" "$pack.tar.xz"
  exit 0
fi

java=$here/runtime/bin/java
[ -x "$java" ] || die "no $java: make a folder to run from with --pack"
mkdir -p "$out" || die "cannot write $out"
failed=0 names=''

device=${device%:0}
case $limit in *[!0-9]*) die "--limit $limit, expected seconds" ;; esac
end=''
[ -n "$limit" ] && end=$(($(date +%s) + limit))

# The driver where it is mounted, but not among the system's libraries
for folder in /usr/local/nvidia/lib64 /usr/local/nvidia/lib; do
  if [ -e "$folder/libcuda.so.1" ]; then LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$folder; fi
done

# NVRTC as Python's packages bring it, where the toolkit's own is not installed
for folder in /usr/local/cuda/lib64 $(python3 -c 'import sys; print(*sys.path)' 2>/dev/null); do
  for library in "$folder"/libnvrtc.so* "$folder"/nvidia/*/lib/libnvrtc.so.*; do
    if [ -e "$library" ]; then LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}${library%/*}; fi
  done
done
export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:-}"

# jvm [OPTIONS OF JAVA] MAIN ARGS
jvm() {
  ${end:+timeout "$(left)"} "$java" -XX:+UseG1GC --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -Djava.awt.headless=true \
    -cp "$here/lib/*" "$@"
}

on_device() { jvm "-Djacquard.device=$device" "$@"; }

# part NAME: whether it is wanted; says that it begins
part() {
  case $skip in *,"$1",*) return 1 ;; esac
  printf '\n== %s\n' "$1"
}

# left: seconds until the limit, at least 1 and at most $most
most=''
left() {
  seconds=$((end - $(date +%s)))
  [ -n "$most" ] && [ "$seconds" -gt "$most" ] && seconds=$most
  echo $((seconds > 0 ? seconds : 1))
}

# failing NAME: counts it
failing() {
  failed=$((failed + 1))
  names="$names $1"
}

# step NAME COMMAND ARGS: runs it into NAME.log and NAME.err, and says how it went and how long it took
step() {
  name=$1
  shift
  rm -f "$out/$name.log" "$out/$name.err" # of an earlier run
  if [ -n "$end" ] && [ "$(left)" -lt 5 ]; then
    printf '%-28s         left out: no time\n' "$name"
    failing "$name"
    return
  fi
  begun=$(date +%s)
  "$@" >"$out/$name.log" 2>"$out/$name.err"
  code=$?
  case $code in
    0) result=ok ;;
    124) result="STOPPED by --limit" ;;
    *) result="FAILED: $(cat "$out/$name.log" "$out/$name.err" | grep -v '^WARNING' | tail -n 1)" ;;
  esac
  [ $code = 0 ] || failing "$name"
  printf '%-28s %5d s  %s\n' "$name" $(($(date +%s) - begun)) "$result"
}

# shown NAME COMMAND ARGS: a step, and what it printed
shown() {
  step "$@"
  [ ! -e "$out/$1.log" ] || cat "$out/$1.log"
}

# The largest relative difference of two logs' losses, and whether it is at most 1e-4.
compare() {
  awk '/"losses": / { line = $0; sub(/.*"losses": /, "", line); gsub(/[][}]/, "", line); n = split(line, v, ", *")
         for (i = 1; i <= n; i++) {
           if (FILENAME == ARGV[1]) { first[++count] = v[i]; continue }
           x = first[++seen]; d = v[i] - x; if (d < 0) d = -d; y = x < 0 ? -x : x
           if (y > 0 && d / y > most) most = d / y } }
       END { printf "largest relative difference of %d losses: %.2g\n", seen, most; exit !(seen > 0 && seen == count && most <= 1e-4) }' "$1" "$2"
}

printf 'jacquard on %s, %s, %s\n' "$device" "$(date -u +%Y-%m-%d)" "$(uname -m)"
command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
jvm jacquard.examples.Main doctor >"$out/doctor.log" 2>&1
sed -n '/^devices/,/^switches/{ /^switches/!p; }' "$out/doctor.log"
grep -Eq "^  $device +.*works" "$out/doctor.log" || {
  echo "gpu.sh: $device does not work here; $out/doctor.log says why" >&2
  exit 1
}

if part table; then
  [ -n "$limit" ] && most=$((limit / 3)) # the rest is worth as much
  step table jvm jacquard.tensor.testing.DeviceCheck "$device" ${small:+f32}
  most=''
  [ ! -e "$out/table.log" ] || grep ' failed$' "$out/table.log"
fi

if part speed; then
  warm=5 measure=5 elements=67108864 side=4096
  [ -n "$small" ] && warm=1 measure=1 elements=1048576 side=256
  # of an earlier run: what isn't measured now shall not be told as if it were
  rm -f "$out/torch.log" "$out/device.jsonl" "$out/workloads.log" "$out/workloads-bf16.log"
  [ -z "$torch" ] || shown torch ${end:+timeout "$(left)"} python3 "$torch"
  shown device jvm jacquard.bench.Main device --device "$device" --elements $elements --side $side --json "$out/device.jsonl"
  wanted='W1 W2 W5'
  [ -n "$small" ] && wanted=W1
  # shellcheck disable=SC2086
  shown workloads on_device jacquard.bench.Main workloads --warm $warm --measure $measure $wanted
  # shellcheck disable=SC2086
  shown workloads-bf16 on_device jacquard.bench.Main workloads --precision bf16 --warm $warm --measure $measure $wanted
  printf '\n'
  set -- # what there is, whole or not
  [ ! -s "$out/torch.log" ] || set -- --peer "$out/torch.log"
  for file in "$out/workloads.log" "$out/workloads-bf16.log" "$out/device.jsonl"; do
    [ ! -s "$file" ] || set -- "$@" "$file"
  done
  limited=$end end='' # a second, and what all this is for: no limit keeps it from being told
  shown targets jvm jacquard.bench.Main targets "$@"
  grep -v '^WARNING' "$out/targets.err" # what it passed over
  end=$limited
fi

if part parity; then
  workloads='W1 W3 W5'
  [ -n "$small" ] && workloads='W1 W3' # convolutions take minutes on PoCL
  for w in $workloads; do
    step "losses-$w-cpu" jvm jacquard.bench.Main workloads --numerics "$w"
    step "losses-$w-device" on_device jacquard.bench.Main workloads --numerics "$w"
    step "parity-$w" compare "$out/losses-$w-cpu.log" "$out/losses-$w-device.log"
    tail -n 1 "$out/parity-$w.log" 2>/dev/null
  done
fi

if part recipes; then
  steps=500
  [ -n "$small" ] && steps=3
  runs=$(mktemp -d)
  recipes='gpt vae gan'
  [ -n "$small" ] && recipes=vae # the others evaluate and sample for minutes on PoCL
  for recipe in $recipes; do
    if [ -z "$data" ]; then set --; elif [ $recipe = gpt ]; then
      set -- --data "$(ls "$data"/tinyshakespeare/*.txt | head -n 1)"
    else
      set -- --data "$data/mnist"
    fi
    step "train-$recipe" jvm jacquard.examples.Main train $recipe --device "$device" --steps $steps --out "$runs/$recipe" "$@"
    for precision in bf16 f16; do
      step "train-$recipe-$precision" jvm jacquard.examples.Main train $recipe --device "$device" --steps $steps \
        --precision $precision --out "$runs/$recipe-$precision" "$@"
    done
  done
  rm -rf "$runs"
fi

printf '\n%d failed%s; logs are in %s\n' "$failed" "${names:+:$names}" "$out"
[ "$failed" = 0 ]
