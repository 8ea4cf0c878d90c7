#!/bin/sh
# One night of one vendor, in the folder that it is started in: judges, keeps, and prints only what is new.
#   night.sh PROVIDER [options of pytest]      <PROVIDER>_API_KEY and <PROVIDER>_TASK_IDS stand in the environment
set -uf
provider=${1:?night.sh PROVIDER [options of pytest]}
provider=${provider%/}
name=${provider##*/}
shift
for id in $(printenv "$(printf %s "$name" | tr a-z- A-Z_)_TASK_IDS"); do
    set -- "--task-id=$id" "$@"
done
mkdir -p nights new
rm -f new/results.jsonl
# What an earlier night created and did not finish is paid for already.
[ ! -f new/creations.jsonl ] || set -- --resume "$@"
pytest --provider="$provider" --live --report=new --max-creations=0 --fuzz=4 --fuzz-seed=1 "$@" > run.txt 2>&1
code=$?
# Nothing was judged: a key is missing, an option is wrong.
if [ ! -f new/results.jsonl ]; then
    cat run.txt
    exit "$code"
fi
vidconform notice nights new --provider="$name" --memory=issue.json --link="${CI_JOB_URL:-}"
code=$?
cp -r new "nights/$(date -u +%Y-%m-%dT%H-%M-%S)"
find nights -mindepth 1 -maxdepth 1 -mtime +30 -exec rm -r {} +
vidconform report nights --output=site > run.txt || cat run.txt
exit "$code"
