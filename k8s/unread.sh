#!/bin/sh
# Tells what on the topics has not been read by those who read them; ends with 1 when there is something.
set -eu

usage() {
    cat <<'TEXT'
usage: k8s/unread.sh [--namespace NAME]

Compares, in the local overlay's Kafka, the end of every partition with the position of each consumer group that reads
the topic. Groups without a position count as having read nothing. Prints a line for each partition with something unread.
Ends with 0 when there is none, with 1 when there are some, with 2 when it cannot tell.
TEXT
}

namespace=orderflow
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage; exit 0 ;;
    --namespace) namespace=${2:?"--namespace needs a value"}; shift ;;
    *) usage >&2; exit 2 ;;
    esac
    shift
done

here=$(CDPATH="" cd -- "$(dirname -- "$0")" && pwd -P)
kafka() {
    program=$1
    shift
    kubectl -n "$namespace" exec kafka-0 -c topics -- "/opt/kafka/bin/$program.sh" --bootstrap-server localhost:9094 "$@" </dev/null
}

# Who reads what is in the names of the topics for dead letters: TOPIC.CONSUMER.dlt.
readers=$(sed -n 's/^\(.*\)\.\([a-z]*\)\.dlt .*/reads \2 \1/p' "$here/overlays/local/platform/topics.txt")
ends=$(kafka kafka-get-offsets | sed 's/^\(.*\):\(.*\):\(.*\)$/ends \1 \2 \3/') || exit 2
# It complains about each group that nobody is a member of, which is what it should be.
read=$(kafka kafka-consumer-groups --describe --all-groups --offsets 2>/dev/null | awk '$4 ~ /^[0-9]+$/ { print "has", $1, $2, $3, $4 }') || exit 2

printf '%s\n' "$readers" "$read" "$ends" | awk '
    $1 == "reads" { readers[$3] = readers[$3] " " $2 }
    $1 == "has" { position[$2, $3, $4] = $5 }
    $1 == "ends" && $4 > 0 {
        count = split(readers[$2], groups, " ")
        for (i = 1; i <= count; i++) {
            unread = $4 - position[groups[i], $2, $3]
            if (unread > 0) {
                print groups[i] " has not read " unread " of " $2 " partition " $3
                some = 1
            }
        }
    }
    END { exit some }'
