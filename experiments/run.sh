#!/bin/sh
# Everything docs/results.md is made from, in its order, with the budgets it states, and then what comes next. Finished runs are left alone, interrupted ones
# go on, so call it again and again; two copies share the work. CIFAR-10 is looked for in the usual places.
#   experiments/run.sh [OPTIONS OF experiment run, such as --data FILE, --for 90m]
# Machine time on two cores of an AMD EPYC (Zen 4), two copies: some 25 hours.
set -eu
cd -- "$(dirname -- "$(readlink -f -- "$0")")/.."
small="--image-size 16 --train-limit 10000" # a tenth of the arithmetic, so that every question gets an answer
# An interruption ends the list, a --for alone ends one line of it.
run() { ./gateconnect experiment run "$@" --threads 1; }

run cifar10 --only 20,4,8 --budget 2/300 --seeds 1 "$@"
run cifar10 --only 20,4,8 --budget 10/300 --seeds 1 $small "$@"
run cifar10-wirings --only random-4 --budget 10/300 --seeds 2 $small "$@"
run cifar10-rivals --budget 10/300 --seeds 1 $small "$@"
run cifar10 --only 20,4,8 --budget 2/300 --seeds 3 "$@"
run cifar10-fan-in --budget 10/300 --seeds 1 $small "$@"
run cifar10-fan-in --only learned-4-gradual --budget 2/300 --seeds 3 "$@"
run cifar10-kept --only -1 --budget 10/300 --seeds 5 $small "$@"
run cifar10-kept --only -2 --budget 10/300 --seeds 3 $small "$@"
for rule in random-4 learned-4-gradual; do run cifar10-fan-in --only $rule --budget 5/300 --seeds 12 $small "$@"; done
run cifar10-fresh --only rewound --only learned-4 --budget 10/300 --seeds 10 $small "$@"
run cifar10-fresh --only learned-1-gradual-rewound --budget 10/300 --seeds 3 $small "$@"
for rule in random-1 random-4 learned-4-gradual; do run cifar10-fan-in --only $rule --budget 10/300 --seeds 10 $small "$@"; done
for rule in 20,4,8-full 20,4,8-full-branches; do run cifar10 --only $rule --budget 10/300 --seeds 5 $small "$@"; done
run cifar10-budget --seeds 1 "$@"
run cifar10-budget --seeds 3 "$@"
run cifar10-rivals --budget 10/300 --seeds 3 $small "$@"
run cifar10-fan-in --budget 10/300 --seeds 3 $small "$@"
run cifar10-wirings --budget 10/300 --seeds 2 $small "$@"
run cifar10-kept --budget 10/300 --seeds 5 $small "$@"
run cifar10-fresh --budget 10/300 --seeds 10 $small "$@"
