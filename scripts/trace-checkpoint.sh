#!/bin/sh
# Shows the system calls of one checkpoint and checks their order: the file is flushed before it gets its name, its folder
# after that, and only then an older checkpoint goes. Needs strace. Prints the calls; exit code 1 where the order is another.
set -eu
root=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

strace -f -y -s 16 -e trace=openat,write,pwrite64,pwritev,fsync,fdatasync,rename,renameat,renameat2,unlink -o "$work/calls" \
    "$root/gateconnect" train --dataset shapes --network 11,2,4 --image-size 16 --train-limit 192 --batch-size 32 --epochs 1 \
    --threads 1 --set training.warmUpSteps=2 --checkpoint-every 1b --keep-checkpoints 1 --out "$work/run" >"$work/said" 2>&1 || { cat "$work/said"; exit 1; }

# Those of the second checkpoint, which has one to remove.
sed -e "s|$work/||g" -e 's/^[0-9]* *//' -e 's/\.[0-9]*-[0-9]*\.tmp/.tmp/g' "$work/calls" |
    awk '/openat.*O_CREAT.*step-0000000002/ { on = 1 } on { print } on && /unlink.*step-0000000001/ { exit }' |
    grep -E 'checkpoint' >"$work/checkpoint"
awk '{ call = $0; sub(/\(.*/, "", call); same = (call ~ /^p?writev?(64)?$/ && call == last); count = same ? count + 1 : 0
       if (!same) { if (skipped) printf "  ... %d writes more\n", skipped; skipped = 0; print } else skipped++; last = call }' "$work/checkpoint"

line() { grep -nE "$1" "$work/checkpoint" | head -1 | cut -d: -f1; }
written=$(line '^p?write.*step-0000000002.*tmp')
flushed=$(line '^fsync\(.*step-0000000002.*tmp')
renamed=$(line '^rename.*step-0000000002')
folder=$(line '^fsync\([0-9]+<run/checkpoint>\)')
removed=$(line '^unlink.*step-0000000001')
if [ "${written:-0}" -gt 0 ] && [ "$written" -lt "${flushed:-0}" ] && [ "$flushed" -lt "${renamed:-0}" ] && [ "$renamed" -lt "${folder:-0}" ] && [ "$folder" -lt "${removed:-0}" ]; then
    echo "written, flushed, renamed, folder flushed, older one removed: in this order"
else
    echo "the order is another: written $written, flushed $flushed, renamed $renamed, folder flushed $folder, older one removed $removed" >&2
    exit 1
fi
